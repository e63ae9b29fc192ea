"""AS201."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Finding, Repair, Severity
from apachestaple.rules.rule import CACHE, Example, ServerRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.site import Site


class MissingStaplingCache(ServerRule):
    """Stapling is on, and there is no SSLStaplingCache.

    mod_ssl keeps responses in a cache and will not staple without one. It looks for it when the
    server starts, not when the configuration is tested: `httpd -t` passes, and the server exits
    (modssl_init_stapling).
    """

    code = "AS201"
    severity = Severity.ERROR
    effect = Effect.DOES_NOT_START
    log_id = "AH01958"
    repair = Repair.SAFE
    needs_whole = True
    bad = Example(tls_host("SSLUseStapling on"))
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, site: Site) -> Iterator[Finding]:
        """The first host with stapling, where no cache is set."""
        misplaced = any(d.key == "sslstaplingcache" for d in site.misplaced)
        if site.caches or misplaced:
            return
        hosts = [host for host in site.tls_hosts if host.use_stapling]
        if not hosts:
            return
        host = hosts[0]
        switch = host.setting("SSLUseStapling")
        if switch is None:
            return
        yield self.finding(
            switch.place,
            "stapling is on, but no SSLStaplingCache is set in the main server",
            "Set SSLStaplingCache once, outside every <VirtualHost>.",
            host=host,
        )
