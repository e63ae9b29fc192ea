"""AS119."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.by_hand import Check, staple
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.server import ServerRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import host_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding

_PLAIN = "<VirtualHost *:443>\n    ServerName plain.example.com\n</VirtualHost>\n"
_HOST = tls_host("SSLUseStapling on")


class FirstHostWithoutTls(ServerRule):
    """The first virtual host of an address has no TLS, but others of the same address have.

    httpd has to decide whether to use TLS before the client names a host. It takes the first
    virtual host of the address for that (ap_update_vhost_given_ip). If SSLEngine is off there, no
    client can connect to any host of the address with TLS.
    """

    code = "AS119"
    severity = Severity.ERROR
    effect = Effect.IGNORED
    needs_whole = True
    message = "the first host of {address} has no TLS, so no client can use TLS with the others"
    help = "Turn SSLEngine on in this host, or move it behind a host with TLS."
    by_hand = (Check("Connect with TLS. httpd sends no certificate.", staple()),)
    bad = (
        Example(
            CACHE + _PLAIN + _HOST,
            as_if=CACHE + _PLAIN + _HOST.replace("SSLEngine on", "SSLEngine off"),
        ),
    )
    good = (Example(CACHE + _HOST + _PLAIN),)

    def check(self, site: Site) -> Iterator[Finding]:
        for chain in site.vhosts.chains:
            concerned = [host for host in chain.hosts[1:] if host.takes_handshakes]
            if concerned and chain.first.ssl_engine == "off" and site.has_mod_ssl:
                yield self.finding(
                    host_subject(chain.first, site), hosts=concerned, address=chain.address
                )
