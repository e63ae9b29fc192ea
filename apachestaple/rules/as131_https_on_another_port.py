"""AS131."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.numbers import atoi
from apachestaple.rules.by_hand import Check, log
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.host import HostRule
from apachestaple.rules.rule import Example, tls_host
from apachestaple.rules.subject import host_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding

_HTTP, _HTTPS = 80, 443


def _on(port: int, engine: str) -> str:
    """A host whose ServerName names a port."""
    host = tls_host(name=f"www.example.com:{port}")
    return host.replace("SSLEngine on", f"SSLEngine {engine}")


class HttpsOnAnotherPort(HostRule):
    """A host has TLS on port 80, or SSLEngine is off for a host on port 443.

    httpd only warns about it (AH01915, AH01916). The port is that of ServerName; without a
    ServerName, it is that of the `<VirtualHost>`. Clients use HTTP on port 80 and HTTPS on port
    443, unless the URL names a port.
    """

    code = "AS131"
    severity = Severity.INFO
    effect = Effect.ADVICE
    log_id = "AH01915"
    message = {
        "": "SSLEngine is on for port 80, the standard port of HTTP",
        "off": "SSLEngine is off for port 443, the standard port of HTTPS",
    }
    help = {
        "": "Use port 443, or turn SSLEngine off.",
        "off": "Use port 80, or turn SSLEngine on.",
    }
    by_hand = (Check("Start httpd, and search the error log.", log("AH01915")),)
    bad = (
        Example(_on(_HTTP, "on")),
        Example(_on(_HTTPS, "off"), log_id="AH01916"),
    )
    good = (Example(_on(_HTTPS, "on")),)

    @classmethod
    def asks_for(cls, host: Host, site: Site) -> bool:
        return _port(host) in (_HTTP, _HTTPS) and super().asks_for(host, site)

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        port = _port(host)
        is_off = host.setting("SSLEngine") is not None and host.ssl_engine == "off"
        if port == _HTTP and host.takes_handshakes:
            yield self.finding(host_subject(host, site), hosts=(host,))
        elif port == _HTTPS and is_off:
            yield self.finding(
                host_subject(host, site), variant="off", hosts=(host,), log_id="AH01916"
            )


def _port(host: Host) -> int:
    """The port of a host; 0 if it has none."""
    name, written = host.server_name
    if name is not None:
        # ServerName without a port takes that of the address away (set_server_name).
        return atoi(written) if written else 0
    return host.addresses[0].port if host.addresses else 0
