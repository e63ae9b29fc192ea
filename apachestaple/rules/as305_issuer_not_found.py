"""AS305."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.stapling_problem import StaplingProblemKind
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.unstaplable import OTHER, UnstaplableRule
from apachestaple.rules.provided import HELP_PROVIDED
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from apachestaple.rules.subject import certificate_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.mod_ssl.stapling_problem import StaplingProblem
    from apachestaple.rules.finding import Finding


class IssuerNotFound(UnstaplableRule):
    """Stapling is on, but the issuer's certificate is not in the chain.

    An OCSP request contains a hash of the issuer's key, so mod_ssl needs the issuer's certificate.
    It looks for it after the leaf in SSLCertificateFile, in SSLCertificateChainFile, in
    SSLCACertificateFile and in SSLCACertificatePath (stapling_get_issuer).
    """

    problem = StaplingProblemKind.NO_ISSUER
    code = "AS305"
    severity = Severity.WARNING
    effect = Effect.NO_STAPLE
    log_id = "AH02217"
    fix = Fix.SAFE
    message = "the chain of {name} does not contain the certificate of its issuer ({issuer})"
    help = HELP_PROVIDED | {
        "": "Append the issuer's certificate to the certificate file. fix turns stapling off, "
        "because it does not have that certificate.",
        OTHER: "Append the issuer's certificate to the certificate file.",
    }
    bad = (
        Example(CACHE + tls_host("SSLUseStapling on", certificate="leaf-only")),
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling on",
                "SSLStaplingForceURL https://ocsp.example.com/",
                certificate="leaf-only",
            )
        ),
    )
    good = (
        FIXED,
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling on",
                "SSLCertificateChainFile certs/chain.pem",
                certificate="leaf-only",
            )
        ),
    )

    def check(
        self,
        problem: StaplingProblem,
        certificate: HostCertificate,
        leaf: Certificate,
        host: Host,
        site: Site,
    ) -> Iterator[Finding]:
        yield self.unstapled(
            certificate_subject(certificate),
            problem,
            certificate,
            host,
            site,
            name=leaf.common_name,
            issuer=leaf.issuer,
        )
