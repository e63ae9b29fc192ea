"""AS103."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES, Kind
from apachestaple.mod_ssl.web_characters import has_web_characters
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.directive import DirectiveRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.directives import StaplingDirective
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class WrongValue(DirectiveRule):
    """The arguments of a stapling directive are not valid.

    A switch takes On or Off. The other directives take exactly one argument, and numbers may not
    be negative. httpd also rejects `SSLStaplingResponseMaxAge -1`, although its manual gives -1 as
    the default.
    """

    code = "AS103"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    names = frozenset(STAPLING_DIRECTIVES)
    by_text = True
    message = "{problem}"
    help = {
        "": "Give one argument, in quotes if it contains a space.",
        "switch": "Write on or off.",
        "seconds": "Give a number that is not negative; the default is {default}.",
        "seconds-without-default": "Give a number that is not negative, or remove the line.",
    }
    bad = (
        Example(CACHE + tls_host("SSLUseStapling yes"), rejection="must be On or Off"),
        Example(
            CACHE + tls_host("SSLStaplingResponderTimeout -5"),
            rejection="invalid argument",
        ),
        Example(
            CACHE + tls_host("SSLStaplingResponseMaxAge -1"),
            rejection="invalid argument",
        ),
        Example(CACHE + tls_host("SSLStaplingForceURL"), rejection="takes one argument"),
    )
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        if has_web_characters(directive.raw):
            return
        known = STAPLING_DIRECTIVES[directive.key]
        problem = known.problem(directive.arguments)
        if problem is not None:
            yield self.finding(
                directive_subject(directive),
                variant=_variant(known),
                problem=problem,
                default=known.default,
            )


def _variant(known: StaplingDirective) -> str:
    if known.kind is Kind.FLAG:
        return "switch"
    if known.kind is not Kind.SECONDS:
        return ""
    return "seconds" if known.default is not None else "seconds-without-default"
