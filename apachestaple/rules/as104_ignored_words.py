"""AS104."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES, Kind
from apachestaple.rules.by_hand import Check, staple
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.directive import DirectiveRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class IgnoredWords(DirectiveRule):
    """httpd ignores the words after On or Off.

    Only the first word of a switch is used: `SSLUseStapling on off` is on. A `#` after the value
    does not start a comment either, but is harmless.
    """

    code = "AS104"
    severity = Severity.WARNING
    effect = Effect.IGNORED
    holds_for_any_value = True
    names = frozenset(key for key, known in STAPLING_DIRECTIVES.items() if known.kind is Kind.FLAG)
    by_text = True
    message = "httpd reads this as {value} and ignores the rest: {rest}"
    help = {
        "": "Remove the words that are ignored.",
        "comment": "Write the comment on a line of its own.",
    }
    by_hand = (Check("Request a staple. SSLUseStapling is off, so httpd sends none.", staple()),)
    bad = (
        Example(
            CACHE + tls_host("SSLUseStapling off on"), as_if=CACHE + tls_host("SSLUseStapling off")
        ),
        Example(
            CACHE + tls_host("SSLUseStapling off # for now"),
            as_if=CACHE + tls_host("SSLUseStapling off"),
            severity=Severity.INFO,
        ),
    )
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        words = directive.arguments
        if len(words) < 2 or words[0].lower() not in ("on", "off"):
            return
        is_comment = words[1].startswith("#")
        yield self.finding(
            directive_subject(directive),
            variant="comment" if is_comment else "",
            severity=Severity.INFO if is_comment else None,
            value=words[0],
            rest=" ".join(words[1:]),
        )
