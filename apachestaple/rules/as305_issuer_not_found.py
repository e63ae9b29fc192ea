"""AS305."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Finding, Repair, Severity
from apachestaple.rules.rule import CACHE, CertificateRule, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.tls.hosts import Host, HostCertificate
    from apachestaple.tls.site import Site


class IssuerNotFound(CertificateRule):
    """Stapling is on, and the issuer's certificate is not in the chain.

    An OCSP request names the issuer's key, so mod_ssl must have the issuer's certificate: after the
    leaf in SSLCertificateFile, in SSLCertificateChainFile, or in SSLCACertificateFile
    (stapling_get_issuer).
    """

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

    def check(self, certificate: HostCertificate, host: Host, site: Site) -> Iterator[Finding]:
        """Leaves whose issuer is nowhere; a self-signed one is another matter."""
        leaf = certificate.leaf
        if leaf is None or not host.staples:
            return
        if certificate.issuer_found is not False or leaf.is_self_signed:
            return
        yield self.finding(
            certificate.directive.place,
            f"the issuer of {leaf.common_name} ({leaf.issuer}) is not in the chain",
            "Append the issuer's certificate to the file; fix switches stapling off.",
            host=host,
            certificate=certificate,
            repairable=host.is_hopeless,
        )
