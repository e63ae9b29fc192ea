"""AS103."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.numbers import atoi
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, DirectiveRule, Example, tls_host
from apachestaple.tls.directives import STAPLING_DIRECTIVES, Kind
from apachestaple.tls.web_characters import has_web_characters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.tls.site import Site


class WrongValue(DirectiveRule):
    """The arguments of a stapling directive are not what httpd takes.

    Switches take On or Off, and nothing else; the others take exactly one argument, and numbers
    may not be negative. `SSLStaplingResponseMaxAge -1`, the default of the manual, is rejected too.
    """

    code = "AS103"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    names = frozenset(STAPLING_DIRECTIVES)
    bad = Example(CACHE + tls_host("SSLUseStapling yes"), rejection="must be On or Off")
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        """What httpd would say of the arguments."""
        if has_web_characters(directive.raw):
            return
        known = STAPLING_DIRECTIVES[directive.key]
        words = directive.arguments
        if known.kind is Kind.FLAG:
            if not words or words[0].lower() not in ("on", "off"):
                yield self.finding(
                    directive.place, f"{known.name} must be On or Off", "Write on or off."
                )
        elif len(words) != 1 or not words[0]:
            yield self.finding(
                directive.place,
                f"{known.name} takes one argument, and here are {len(words)}",
                "Give one argument; put it in quotes if it has a space.",
            )
        elif known.kind is Kind.SECONDS and atoi(words[0]) < 0:
            advice = "Remove it: what it would say is the default."
            if known.default is not None:
                advice = f"Give a number from 0 on; the default is {known.default}."
            message = f"{known.name} takes no negative number"
            yield self.finding(directive.place, message, advice)
