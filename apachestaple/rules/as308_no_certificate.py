"""AS308."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import Example, HostRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site


class NoCertificate(HostRule):
    """A host with SSLEngine on has no certificate.

    `httpd -t` passes; the server exits when it sets the host up (ssl_init_server_ctx).
    """

    code = "AS308"
    severity = Severity.ERROR
    effect = Effect.DOES_NOT_START
    log_id = "AH02572"
    needs_whole = True
    bad = Example("<VirtualHost *:443>\n    SSLEngine on\n</VirtualHost>\n")
    good = Example(tls_host())

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        """Hosts without SSLCertificateFile, unless mod_md or SSLOpenSSLConfCmd may bring it."""
        configuration = site.configuration
        if not host.is_tls or host.certificates or not site.has_mod_ssl:
            return
        if configuration.has_module("md_module") or any(configuration.named("SSLOpenSSLConfCmd")):
            return
        switch = host.setting("SSLEngine")
        if switch is not None:
            yield self.finding(
                (host.section or switch).place if not host.own.get("sslengine") else switch.place,
                f"{host.name} has SSLEngine {host.ssl_engine} and no SSLCertificateFile",
                "Give it a certificate, or switch SSLEngine off.",
                host=host,
            )
