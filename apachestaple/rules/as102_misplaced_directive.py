"""AS102."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, Example, ServerRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.site import Site


class MisplacedDirective(ServerRule):
    """A stapling directive stands in a section for folders, URLs or files.

    mod_ssl's stapling is a setting of a server: it may stand in the main server or in a
    <VirtualHost>, and nowhere else.
    """

    code = "AS102"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    bad = Example(
        CACHE + "<Directory />\n    SSLUseStapling on\n</Directory>\n" + tls_host(),
        rejection="not allowed",
    )
    good = Example(CACHE + "SSLUseStapling on\n" + tls_host())

    def check(self, site: Site) -> Iterator[Finding]:
        """Every one in such a section."""
        for directive in site.misplaced:
            if directive.parent is None or directive.key == "sslstaplingcache":
                continue
            yield self.finding(
                directive.place,
                f"{directive.name} is not allowed in {directive.parent.name}>",
                "Move it into the <VirtualHost>, or into the main server.",
            )
