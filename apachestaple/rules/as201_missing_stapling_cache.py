"""AS201."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.cache_remedy import new_cache
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.server import ServerRule
from apachestaple.rules.remedy import ProvideCache
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from apachestaple.rules.subject import server_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class MissingStaplingCache(ServerRule):
    """Stapling is on, but SSLStaplingCache is not set.

    mod_ssl keeps responses in a cache and does not staple without one. It checks this when the
    server starts, not when the configuration is tested. `httpd -t` passes, and the server exits
    (modssl_init_stapling).
    """

    code = "AS201"
    benchmark = "CIS 7.11"
    severity = Severity.ERROR
    effect = Effect.DOES_NOT_START
    log_id = "AH01958"
    fix = Fix.SAFE
    needs_whole = True
    message = "stapling is on, but SSLStaplingCache is not set in the main server"
    help = {
        "": "Set SSLStaplingCache once, outside of every <VirtualHost>.",
        "not-loadable": "Set SSLStaplingCache once, outside of every <VirtualHost>, and load the "
        "module of its provider ({problem}).",
    }
    repair = (
        "`fix` sets SSLStaplingCache in the main server, with a size for the responses of all "
        "certificates: next to other stapling directives, or in a file of its own, such as "
        "`conf-available/ocsp-stapling.conf` on Debian. If needed, it loads the module of the "
        "provider. If the module is not installed, `fix` changes nothing."
    )
    bad = (
        Example(tls_host("SSLUseStapling on")),
        Example("SSLUseStapling on\n" + tls_host()),
        Example(tls_host("SSLUseStapling on"), without=frozenset({"socache_shmcb_module"})),
    )
    good = (FIXED, Example(CACHE + tls_host("SSLUseStapling on")))

    def check(self, site: Site) -> Iterator[Finding]:
        if site.caches or any(d.key == "sslstaplingcache" for d in site.misplaced):
            return
        hosts = [host for host in site.tls_hosts if host.use_stapling]
        switch = hosts[0].setting("SSLUseStapling") if hosts else None
        if switch is None:
            return
        remedy, problem = new_cache(ProvideCache(size=site.needed_cache_size(None)), site)
        yield self.finding(
            server_subject(site),
            variant="not-loadable" if problem else "",
            place=switch.place,
            hosts=hosts,
            remedy=remedy,
            problem=problem,
        )
