"""AS202."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Finding, Repair, Severity
from apachestaple.rules.rule import CACHE, Example, ServerRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.site import Site


class CacheInSection(ServerRule):
    """SSLStaplingCache stands in a section.

    There is one cache for the whole server, and httpd takes it in the main server only. Four of ten
    published snippets put it into a <VirtualHost>.
    """

    code = "AS202"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    repair = Repair.SAFE
    bad = Example(
        tls_host("SSLUseStapling on", "SSLStaplingCache shmcb:logs/stapling(131072)"),
        rejection="cannot occur within|not allowed",
    )
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, site: Site) -> Iterator[Finding]:
        """Every one within a section that is not a condition."""
        for directive in site.misplaced:
            if directive.parent is None or directive.key != "sslstaplingcache":
                continue
            yield self.finding(
                directive.place,
                f"SSLStaplingCache cannot stand in {directive.parent.name}>",
                "Move it out, into the main server.",
                # A fragment has no main server to move it to.
                repairable=site.configuration.whole,
            )
