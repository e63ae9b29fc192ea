"""AS304."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.stapling_problem import StaplingProblemKind
from apachestaple.rules.by_hand import Check, x509
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.unstaplable import HELP, OTHER, REPAIR, UnstaplableRule
from apachestaple.rules.provided import some_staple
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from apachestaple.rules.subject import certificate_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.mod_ssl.stapling_problem import StaplingProblem
    from apachestaple.rules.finding import Finding


_SECOND = ("SSLCertificateFile certs/rsa.pem", "SSLCertificateKeyFile certs/rsa.key")


class NoOcspUri(UnstaplableRule):
    """Stapling is on, but the certificate has no OCSP URI.

    More and more authorities omit the URI; Let's Encrypt has done so since May 2025. httpd then has
    no responder to query, and logs an error at every start.
    """

    problem = StaplingProblemKind.NO_URI
    code = "AS304"
    severity = Severity.WARNING
    effect = Effect.NO_STAPLE
    log_id = "AH02218"
    fix = Fix.SAFE
    message = "the certificate of {name} has no OCSP URI, so it cannot be stapled"
    help = HELP
    repair = REPAIR
    by_hand = (
        Check(
            "Print the OCSP URIs of the certificate. It has none.",
            x509("no-ocsp", "-ocsp_uri"),
        ),
    )
    bad = (
        Example(CACHE + tls_host("SSLUseStapling on", certificate="no-ocsp")),
        Example(CACHE + "SSLUseStapling on\n" + tls_host(certificate="no-ocsp")),
        Example(
            CACHE + tls_host("SSLUseStapling on", *_SECOND, certificate="no-ocsp"),
            severity=Severity.INFO,
            fixable=False,
        ),
    )
    good = (FIXED, Example(CACHE + tls_host("SSLUseStapling off", certificate="no-ocsp")))

    def check(
        self,
        problem: StaplingProblem,
        certificate: HostCertificate,
        leaf: Certificate,
        host: Host,
        site: Site,
    ) -> Iterator[Finding]:
        found = self.unstapled(
            certificate_subject(certificate),
            problem,
            certificate,
            host,
            site,
            name=leaf.common_name,
        )
        if found.variant == OTHER and some_staple(host) and not leaf.must_staple:
            # Stapling on is right for the other certificate.
            found = found._replace(severity=Severity.INFO)
        yield found
