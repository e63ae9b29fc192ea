"""AS307."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.stapling_problem import StaplingProblemKind
from apachestaple.rules.by_hand import Check, x509
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.unstaplable import HELP, UnstaplableRule
from apachestaple.rules.remedy import TURNED_OFF
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


class SelfSigned(UnstaplableRule):
    """Stapling is on for a self-signed certificate.

    It has no issuer and therefore no responder. httpd logs an error at every start.
    """

    problem = StaplingProblemKind.SELF_SIGNED
    code = "AS307"
    severity = Severity.WARNING
    effect = Effect.NO_STAPLE
    log_id = "AH02217"
    fix = Fix.SAFE
    message = "the certificate of {name} is self-signed, so it cannot be stapled"
    help = HELP
    repair = f"`fix` {TURNED_OFF}"
    by_hand = (
        Check(
            "Print subject and issuer of the certificate. They are the same.",
            x509("self-signed", "-subject -issuer"),
        ),
    )
    bad = (
        Example(CACHE + tls_host("SSLUseStapling on", certificate="self-signed")),
        Example(
            CACHE + tls_host("SSLUseStapling on", *_SECOND, certificate="self-signed"),
            fixable=False,
        ),
    )
    good = (FIXED, Example(CACHE + tls_host("SSLUseStapling off", certificate="self-signed")))

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
        )
