"""AS208."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Finding, Repair, Severity
from apachestaple.rules.rule import CACHE, DirectiveRule, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site


class CacheSetTwice(DirectiveRule):
    """SSLStaplingCache is set more than once.

    The last one wins, without a word.
    """

    code = "AS208"
    severity = Severity.WARNING
    effect = Effect.IGNORED
    repair = Repair.SAFE
    names = frozenset({"sslstaplingcache"})
    bad = Example(
        CACHE + "SSLStaplingCache shmcb:logs/other(8192)\n" + tls_host("SSLUseStapling on"),
        as_if="SSLStaplingCache shmcb:logs/other(8192)\n" + tls_host("SSLUseStapling on"),
    )
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        """All but the last."""
        if not any(directive is cache for cache in site.caches[:-1]):
            return
        last = site.caches[-1]
        if directive.place == last.place:
            # A file that is included twice says it once.
            return
        yield self.finding(
            directive.place,
            f"SSLStaplingCache is set again in {os.path.basename(last.file)} line {last.line}, "
            "and that one counts",
            "Keep one of them.",
        )
