"""AS416."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Severity
from apachestaple.rules.responder_rule import BadResponseRule
from apachestaple.rules.rule import CACHE, Example, tls_host

if TYPE_CHECKING:
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.ocsp.query import Answer
    from apachestaple.ocsp.status import StatusResponse


class ResponseForAnotherCertificate(BadResponseRule):
    """The response is for another certificate than the one that was asked for.

    httpd looks for its own certificate id, which has the serial number and SHA-1 hashes of the
    issuer's name and key, and logs that it is not there. A response whose id is made with SHA-256
    is no answer for httpd either, although browsers can use it.
    """

    code = "AS416"
    severity = Severity.WARNING
    log_id = "AH01935"
    advice = (
        "Ask the authority, and look whether SSLStaplingForceURL leads to the responder of another."
    )
    bad = Example(CACHE + tls_host("SSLUseStapling on", certificate="answer-another-certificate"))
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def fault(self, response: StatusResponse, answer: Answer, host: Host) -> str | None:
        """Where nothing is said of the certificate, or not in httpd's way."""
        if response.is_error or not response.is_readable or response.is_by_sha1:
            return None
        if response.matches:
            return "names the certificate by another hash than SHA-1, and httpd does not find it"
        serials = ", ".join(f"{serial:X}" for serial in response.serials[:1]) or "no certificate"
        return f"answers for another certificate (serial number {serials})"
