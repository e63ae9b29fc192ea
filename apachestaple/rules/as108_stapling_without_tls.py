"""AS108."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, Example, HostRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site


class StaplingWithoutTls(HostRule):
    """Stapling is switched on for a host without TLS.

    Where SSLEngine is off there is no handshake to staple in, and nothing happens.
    """

    code = "AS108"
    severity = Severity.WARNING
    effect = Effect.IGNORED
    needs_whole = True
    settings = frozenset({"sslusestapling"})
    bad = Example(
        CACHE + "<VirtualHost *:443>\n    SSLUseStapling on\n</VirtualHost>\n",
        as_if=CACHE + "<VirtualHost *:443>\n</VirtualHost>\n",
    )
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        """Hosts that switch it on themselves; the main server, where no host has TLS."""
        switch = host.own.get("sslusestapling")
        if switch is None or not host.use_stapling or not site.has_mod_ssl:
            return
        if host.is_tls or (host.is_main and site.tls_hosts):
            return
        yield self.finding(
            switch.place,
            "stapling is on where SSLEngine is not",
            "Remove it, or switch SSLEngine on.",
            host=host,
        )
