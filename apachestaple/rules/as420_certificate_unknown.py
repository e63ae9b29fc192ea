"""AS420."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.responder_rule import ResponderRule
from apachestaple.rules.rule import CACHE, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.ocsp.query import Answer
    from apachestaple.rules.finding import Finding


class CertificateUnknown(ResponderRule):
    """The responder does not know the certificate.

    httpd staples that, whatever the switches say. A certificate that was issued a moment ago may
    not have reached the responder yet.
    """

    code = "AS420"
    severity = Severity.WARNING
    effect = Effect.BAD_STAPLE
    log_id = "AH02969"
    bad = Example(CACHE + tls_host("SSLUseStapling on", certificate="unknown"))
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, answer: Answer, certificate: HostCertificate, host: Host) -> Iterator[Finding]:
        """Every one."""
        response = answer.response
        if response is None or not response.matches or response.status != "unknown":
            return
        yield self.answered(
            "says that the certificate is unknown",
            "Wait some minutes, then ask the authority, or switch stapling off for this host.",
            certificate=certificate,
            host=host,
        )
