"""AS201."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Finding, Repair, Severity
from apachestaple.rules.rule import Example, ServerRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.tls.hosts import Site

_HOST = """\
<VirtualHost *:443>
    ServerName www.example.com
    SSLEngine on
    SSLCertificateFile certs/good.pem
    SSLCertificateKeyFile certs/good.key
    SSLUseStapling on
</VirtualHost>
"""


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
    bad = Example(_HOST)
    good = Example("SSLStaplingCache shmcb:logs/stapling(131072)\n" + _HOST)

    def check(self, site: Site) -> Iterator[Finding]:
        """The first host with stapling, where no cache is set."""
        if site.caches or not site.stapling_hosts:
            return
        host = site.stapling_hosts[0]
        switch = host.setting("SSLUseStapling")
        if switch is None:
            return
        yield self.finding(
            switch.place,
            "stapling is on, but no SSLStaplingCache is set in the main server",
            "Set SSLStaplingCache shmcb:${APACHE_RUN_DIR}/stapling(131072) outside every "
            "<VirtualHost>.",
            host=host,
        )
