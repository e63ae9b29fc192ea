"""AS113."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, Example, HostRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site


# The proxy is also for the certificates of clients (SSLOCSPEnable).
_IDLE = frozenset(STAPLING_DIRECTIVES) - {"sslusestapling", "sslstaplingcache", "sslocspproxyurl"}
_SETTING = "SSLStaplingReturnResponderErrors off"
_FAKE = "SSLStaplingFakeTryLater off"


class IdleSetting(HostRule):
    """A setting of stapling stands where no host staples."""

    code = "AS113"
    severity = Severity.INFO
    effect = Effect.IGNORED
    needs_whole = True
    settings = _IDLE
    bad = Example(
        CACHE + tls_host("SSLUseStapling off", _SETTING, _FAKE, certificate="no-ocsp"),
        as_if=CACHE + tls_host("SSLUseStapling off", certificate="no-ocsp"),
    )
    good = Example(CACHE + tls_host("SSLUseStapling on", _SETTING, _FAKE))

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        """Hosts of their own; of the main server, what no host inherits for its stapling."""
        if not site.has_mod_ssl or host.staples or (host.is_main and site.stapling_hosts):
            return
        for key in host.own.keys() & _IDLE:
            yield self.finding(
                host.own[key].place,
                f"{STAPLING_DIRECTIVES[key].name} has no effect where mod_ssl staples nothing",
                "Remove it, or switch SSLUseStapling on.",
                host=host,
            )
