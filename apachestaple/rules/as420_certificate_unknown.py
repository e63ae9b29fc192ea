"""AS420."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.by_hand import Check, query
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.answer import AnswerRule
from apachestaple.rules.rule import CACHE, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.ocsp.query import Answer
    from apachestaple.rules.finding import Finding


class CertificateUnknown(AnswerRule):
    """The OCSP responder does not know the certificate.

    httpd staples this response with any settings. A responder may need some time until it knows a
    new certificate.
    """

    code = "AS420"
    severity = Severity.WARNING
    effect = Effect.BAD_STAPLE
    log_id = "AH02969"
    about_certificate = True
    message = "the OCSP responder {responder} says that the certificate of {name} is unknown"
    help = (
        "Wait some minutes, then contact the authority, or turn stapling off for this host: "
        "SSLUseStapling off."
    )
    by_hand = (Check("Query the responder yourself.", query("unknown")),)
    bad = (Example(CACHE + tls_host("SSLUseStapling on", certificate="unknown")),)
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)

    def check(self, answer: Answer, certificate: HostCertificate, host: Host) -> Iterator[Finding]:
        response, leaf = answer.response, certificate.leaf
        if response is None or not response.matches or response.status != "unknown":
            return
        yield self.answered(certificate, host, name=leaf.common_name if leaf else "")
