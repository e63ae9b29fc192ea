"""AS304."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.hosts import ObstacleKind
from apachestaple.rules.finding import Effect, Finding, Repair, Severity
from apachestaple.rules.rule import CACHE, Example, ObstacleRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site


class NoOcspUri(ObstacleRule):
    """Stapling is on for a certificate without an OCSP URI.

    More and more authorities leave it out: Let's Encrypt since May 2025. There is nobody to ask,
    and httpd logs an error at every start. Stapling is to be switched off for such a host.
    """

    kind = ObstacleKind.NO_URI
    code = "AS304"
    severity = Severity.WARNING
    effect = Effect.NO_STAPLE
    log_id = "AH02218"
    repair = Repair.SAFE
    bad = Example(CACHE + tls_host("SSLUseStapling on", certificate="no-ocsp"))
    good = Example(CACHE + tls_host("SSLUseStapling off", certificate="no-ocsp"))

    def check(
        self, certificate: HostCertificate, leaf: Certificate, host: Host, site: Site
    ) -> Iterator[Finding]:
        """Every one."""
        yield self.finding(
            certificate.directive.place,
            f"the certificate of {leaf.common_name} has no OCSP URI, so it cannot be stapled",
            self.advice(host),
            host=host,
            certificate=certificate,
            repairable=host.is_hopeless,
        )
