"""AS308."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.host import HostRule
from apachestaple.rules.rule import MOD_MD, Example, managed_host, tls_host
from apachestaple.rules.subject import host_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class NoCertificate(HostRule):
    """A host has SSLEngine on, but no certificate.

    `httpd -t` passes. The server exits when it initialises the host (ssl_init_server_ctx).
    """

    code = "AS308"
    severity = Severity.ERROR
    effect = Effect.DOES_NOT_START
    log_id = "AH02572"
    needs_whole = True
    tls = True
    message = "{host} has SSLEngine {engine}, but no SSLCertificateFile"
    help = "Set SSLCertificateFile, or turn SSLEngine off."
    bad = (
        Example("<VirtualHost *:443>\n    SSLEngine on\n</VirtualHost>\n"),
        Example("SSLEngine on\n<VirtualHost *:443>\n    ServerName x\n</VirtualHost>\n"),
        Example(f"{MOD_MD}MDRenewMode manual\nMDomain example.org\n{managed_host()}"),
    )
    good = (
        Example(tls_host()),
        Example(f"{MOD_MD}MDRenewMode manual\nMDomain www.example.com\n{managed_host()}"),
        Example(
            "<VirtualHost *:443>\n    SSLEngine on\n"
            "    SSLOpenSSLConfCmd Certificate certs/good.pem\n"
            "    SSLOpenSSLConfCmd PrivateKey certs/good.key\n</VirtualHost>\n"
        ),
    )

    @classmethod
    def asks_for(cls, host: Host, site: Site) -> bool:
        return not host.own_certificates and super().asks_for(host, site)

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        if host.certificates or not site.has_mod_ssl:
            return
        # mod_md may add one.
        if host.managed:
            return
        switch = host.setting("SSLEngine")
        if switch is not None:
            own = "sslengine" in host.own or host.section is None
            yield self.finding(
                host_subject(host, site),
                place=switch.place if own else None,
                hosts=(host,),
                host=host.name,
                engine=host.ssl_engine,
            )
