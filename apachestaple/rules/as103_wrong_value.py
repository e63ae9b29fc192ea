"""AS103."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES, Kind, StaplingDirective
from apachestaple.mod_ssl.web_characters import has_web_characters
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, DirectiveRule, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site


class WrongValue(DirectiveRule):
    """The arguments of a stapling directive are not what httpd takes.

    Switches take On or Off, and nothing else; the others take exactly one argument, and numbers
    may not be negative. `SSLStaplingResponseMaxAge -1`, the default of the manual, is rejected too.
    """

    code = "AS103"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    names = frozenset(STAPLING_DIRECTIVES)
    by_text = True
    bad = Example(CACHE + tls_host("SSLUseStapling yes"), rejection="must be On or Off")
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        """What httpd would say of the arguments."""
        if has_web_characters(directive.raw):
            return
        known = STAPLING_DIRECTIVES[directive.key]
        fault = known.fault(directive.arguments)
        if fault is not None:
            yield self.finding(directive.place, fault, _advice(known))


def _advice(known: StaplingDirective) -> str:
    if known.kind is Kind.FLAG:
        return "Write on or off."
    if known.kind is not Kind.SECONDS:
        return "Give one argument; put it in quotes if it has a space."
    if known.default is None:
        return "Give a number from 0 on, or remove the line."
    return f"Give a number from 0 on; the default is {known.default}."
