"""AS206."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.cache import shmcb_layout
from apachestaple.rules.finding import Effect, Finding, Repair, Severity
from apachestaple.rules.rule import CACHE, DirectiveRule, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site


class CacheSizeFatal(DirectiveRule):
    """A cache size that httpd accepts and then does not start with.

    mod_socache_shmcb divides the segment into subcaches, and gives up when fewer than five entries
    fit into one. `httpd -t` does not get so far: 12345 passes it and stops the server.
    """

    code = "AS206"
    severity = Severity.ERROR
    effect = Effect.DOES_NOT_START
    log_id = "AH00823"
    repair = Repair.SAFE
    names = frozenset({"sslstaplingcache"})
    bad = Example("SSLStaplingCache shmcb:logs/stapling(12345)\n" + tls_host("SSLUseStapling on"))
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        """Sizes in the gaps; of several caches the last one counts."""
        if not site.caches or site.caches[-1] is not directive:
            return
        cache = site.cache
        if cache is None or cache.size is None or shmcb_layout(cache.size).starts:
            return
        layout = shmcb_layout(cache.size)
        yield self.finding(
            directive.place,
            f"{cache.size} bytes make {layout.subcaches} subcaches of {layout.indexes} entries, "
            "and httpd wants five",
            "Give 131072 bytes or more.",
        )
