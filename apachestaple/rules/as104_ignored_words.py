"""AS104."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES, Kind
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, DirectiveRule, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site


class IgnoredWords(DirectiveRule):
    """httpd ignores what follows On or Off.

    A switch reads its first word and nothing else: `SSLUseStapling on off` is on, and a remark
    behind it is no comment, though it does no harm.
    """

    code = "AS104"
    severity = Severity.WARNING
    effect = Effect.IGNORED
    names = frozenset(key for key, known in STAPLING_DIRECTIVES.items() if known.kind is Kind.FLAG)
    by_text = True
    bad = Example(
        CACHE + tls_host("SSLUseStapling off on"), as_if=CACHE + tls_host("SSLUseStapling off")
    )
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        """Switches with more than one word; a remark is worth an information."""
        words = directive.arguments
        if len(words) < 2 or words[0].lower() not in ("on", "off"):
            return
        rest = " ".join(words[1:])
        remark = words[1].startswith("#")
        yield self.finding(
            directive.place,
            f"httpd takes this for {words[0]} and ignores the rest: {rest}",
            "Put the remark on a line of its own." if remark else "Remove what is ignored.",
            severity=Severity.INFO if remark else None,
        )
