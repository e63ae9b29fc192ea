"""AS305."""

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


class IssuerNotFound(ObstacleRule):
    """Stapling is on, and the issuer's certificate is not in the chain.

    An OCSP request names the issuer's key, so mod_ssl must have the issuer's certificate: after the
    leaf in SSLCertificateFile, in SSLCertificateChainFile, or in SSLCACertificateFile
    (stapling_get_issuer).
    """

    kind = ObstacleKind.NO_ISSUER
    code = "AS305"
    severity = Severity.WARNING
    effect = Effect.NO_STAPLE
    log_id = "AH02217"
    repair = Repair.SAFE
    bad = Example(CACHE + tls_host("SSLUseStapling on", certificate="leaf-only"))
    good = Example(
        CACHE
        + tls_host(
            "SSLUseStapling on", "SSLCertificateChainFile certs/chain.pem", certificate="leaf-only"
        )
    )

    def check(
        self, certificate: HostCertificate, leaf: Certificate, host: Host, site: Site
    ) -> Iterator[Finding]:
        """Every one."""
        yield self.finding(
            certificate.directive.place,
            f"the issuer of {leaf.common_name} ({leaf.issuer}) is not in the chain",
            "Append the issuer's certificate to the file; fix switches stapling off.",
            host=host,
            certificate=certificate,
            repairable=host.is_hopeless,
        )
