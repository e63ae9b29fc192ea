"""AS125."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.by_hand import LOG, Check
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.server import ServerRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import host_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding

_ON = "SSLUseStapling on\n"
_PLAIN = "<VirtualHost *:443>\n    ServerName plain.example.com\n</VirtualHost>\n"
# A response of the first host would be in the cache.
_CLIENTS = ("plain.example.com",)


class StaplesWithoutTls(ServerRule):
    """Stapling is on for a host without TLS, on an address whose first host has TLS and stapling.

    A client that asks for this host gets the certificate of the first host, but stapling has the
    settings of this one. mod_ssl gives defaults only to hosts with TLS, so the timeouts have no
    value: a response that httpd fetches for this host is not kept. While the cache has none from
    the first host, every handshake with this one queries the responder, without a time limit. A
    responder that does not answer then blocks the other hosts as well.
    """

    code = "AS125"
    severity = Severity.WARNING
    effect = Effect.EVICTS_STAPLES
    needs_whole = True
    message = "stapling is on for this host without TLS, and each handshake queries the responder"
    help = "Set SSLUseStapling off in this host, or turn SSLEngine on."
    by_hand = (
        Check(
            "Set `LogLevel ssl:debug`, restart httpd, and request a staple from plain.example.com "
            "two times. httpd queries the responder each time.",
            f"grep -c 'querying responder' {LOG}",
        ),
    )
    bad = (
        Example(CACHE + _ON + tls_host() + _PLAIN, clients=_CLIENTS),
        Example(
            CACHE
            + tls_host(_ON.strip())
            + _PLAIN.replace(".com\n", ".com\n    SSLUseStapling on\n"),
            clients=_CLIENTS,
        ),
    )
    good = (
        Example(
            CACHE + _ON + tls_host() + tls_host(certificate="rsa", name="plain.example.com"),
            clients=_CLIENTS,
        ),
    )

    def check(self, site: Site) -> Iterator[Finding]:
        for chain in site.vhosts.chains:
            if not chain.first.staples:
                continue
            for host in chain.hosts[1:]:
                if host.ssl_engine == "off" and host.use_stapling and host in chain.picked:
                    yield self.finding(host_subject(host, site), hosts=(host,))
