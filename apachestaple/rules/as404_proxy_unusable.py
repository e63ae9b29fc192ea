"""AS404."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.ocsp.uri import parse_uri, proxy_fault
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, Example, HostRule, effect_of_no_answer, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site


class ProxyUnusable(HostRule):
    """SSLOCSPProxyURL names no host or no port.

    A responder's port is 80 by default; that of a proxy has no default, so `http://proxy/` is never
    reached (send_request). httpd says so only when it is to ask.
    """

    code = "AS404"
    severity = Severity.ERROR
    effect = Effect.BAD_STAPLE
    log_id = "AH01974"
    settings = frozenset({"sslocspproxyurl"})
    bad = Example(CACHE + tls_host("SSLUseStapling on", "SSLOCSPProxyURL http://127.0.0.1/"))
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        """Hosts with stapling whose proxy httpd accepts and cannot reach."""
        directive = host.setting("SSLOCSPProxyURL")
        if directive is None or not host.staples or len(directive.arguments) != 1:
            return
        url = first_argument(directive)
        uri, fault = parse_uri(url), proxy_fault(url)
        if uri is None or fault is None:
            return
        yield self.finding(
            directive.place,
            f"{url} {fault}",
            "Name host and port: SSLOCSPProxyURL http://proxy.example.com:3128.",
            host=host,
            effect=effect_of_no_answer(host),
            # Without a host, its address is looked for in vain.
            log_id=None if uri.host is None or uri.host else "AH01972",
        )
