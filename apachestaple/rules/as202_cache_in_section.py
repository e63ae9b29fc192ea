"""AS202."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Finding, Repair, Severity
from apachestaple.rules.rule import CACHE, DirectiveRule, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.tls.site import Site


class CacheInSection(DirectiveRule):
    """SSLStaplingCache stands in a section.

    There is one cache for the whole server, and httpd takes it in the main server only. Four of ten
    published snippets put it into a <VirtualHost>.
    """

    code = "AS202"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    repair = Repair.SAFE
    names = frozenset({"sslstaplingcache"})
    bad = Example(
        tls_host("SSLUseStapling on", "SSLStaplingCache shmcb:logs/stapling(131072)"),
        rejection="cannot occur within|not allowed",
    )
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        """Every one within a section that is not a condition."""
        if directive.parent is None or not site.is_misplaced(directive):
            return
        yield self.finding(
            directive.place,
            f"SSLStaplingCache cannot stand in {directive.parent.name}>",
            "Move it out, into the main server.",
            # A fragment has no main server to move it to.
            repairable=site.configuration.whole,
        )
