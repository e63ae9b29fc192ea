"""AS206."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.cache import shmcb_layout
from apachestaple.rules.cache_remedy import correction
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.directive import DirectiveRule
from apachestaple.rules.rule import FIXED, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class CacheSizeFatal(DirectiveRule):
    """httpd -t accepts the size of the cache, but httpd does not start with it.

    mod_socache_shmcb divides the segment into subcaches, and stops if fewer than five entries fit
    into one. `httpd -t` does not notice this: the size 12345 passes and the server does not start.
    """

    code = "AS206"
    severity = Severity.ERROR
    effect = Effect.DOES_NOT_START
    log_id = "AH00823"
    fix = Fix.SAFE
    names = frozenset({"sslstaplingcache"})
    message = "with {size} bytes, a subcache has {indexes} entries, but httpd requires at least 5"
    help = "Set a size of at least 131072 bytes."
    repair = "`fix` writes a size for the responses of all certificates in the same line."
    bad = (
        Example("SSLStaplingCache shmcb:logs/stapling(12345)\n" + tls_host("SSLUseStapling on")),
    )
    good = (FIXED,)

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        if not site.caches or site.caches[-1] is not directive:
            return
        cache = site.cache
        if cache is None or cache.size is None or shmcb_layout(cache.size).starts:
            return
        layout = shmcb_layout(cache.size)
        yield self.finding(
            directive_subject(directive),
            remedy=correction(directive, site),
            size=cache.size,
            indexes=layout.indexes,
        )
