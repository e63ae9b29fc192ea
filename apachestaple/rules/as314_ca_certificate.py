"""AS314."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.certificates.keys import KeyProblem
from apachestaple.rules.by_hand import Check, log, x509
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.certificate import CertificateRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import certificate_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class CaCertificate(CertificateRule):
    """The certificate of the host is a CA certificate.

    httpd logs a warning and uses it; clients may reject it. If the issuer's certificate is first in
    the file by mistake, the key does not belong to it, and AS312 reports that. Self-signed
    certificates are not reported, because many tools mark them as CA certificates.
    """

    code = "AS314"
    severity = Severity.WARNING
    effect = Effect.ADVICE
    log_id = "AH01906"
    message = "the certificate of {name} is a CA certificate, not one of a server"
    help = "Set SSLCertificateFile to the server's own certificate, or put that first in the file."
    by_hand = (
        Check(
            "Print the basic constraints of the certificate.",
            x509("authority", "-ext basicConstraints"),
        ),
        Check("Start httpd, and search the error log.", log("AH01906")),
    )
    bad = (Example(CACHE + tls_host("SSLUseStapling on", certificate="authority")),)
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)

    def asks_for(
        self, certificate: HostCertificate, leaf: Certificate, host: Host, site: Site
    ) -> bool:
        return leaf.is_ca

    def check(
        self, certificate: HostCertificate, leaf: Certificate, host: Host, site: Site
    ) -> Iterator[Finding]:
        if leaf.is_self_signed:
            return
        if site.key_problem(certificate) is KeyProblem.OTHER_CERTIFICATE:
            return
        yield self.finding(
            certificate_subject(certificate),
            hosts=(host,),
            certificate=certificate,
            name=leaf.common_name,
        )
