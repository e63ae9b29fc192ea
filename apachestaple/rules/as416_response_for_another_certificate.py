"""AS416."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.by_hand import Check, query
from apachestaple.rules.finding import Severity
from apachestaple.rules.kinds.answer import BadResponseRule
from apachestaple.rules.rule import CACHE, Example, tls_host

if TYPE_CHECKING:
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.ocsp.query import Answer
    from apachestaple.ocsp.status import StatusResponse


class ResponseForAnotherCertificate(BadResponseRule):
    """The response is for another certificate than the requested one.

    httpd searches the response for the certificate id of its request, which consists of the serial
    number and SHA-1 hashes of the issuer's name and key, and logs that it is not present. httpd
    does not accept a response whose id uses SHA-256 either, although browsers do. With OpenSSL 3.6
    and later, clients get no staple if the response is for another certificate.
    """

    code = "AS416"
    severity = Severity.WARNING
    log_id = "AH01935"
    about_certificate = True
    help = (
        "Contact the authority, and check whether SSLStaplingForceURL is the URL of another "
        "authority's responder."
    )
    by_hand = (
        Check(
            "Query the responder yourself. openssl does not find the certificate in the response.",
            query("answer-another-certificate"),
        ),
    )
    bad = (
        Example(CACHE + tls_host("SSLUseStapling on", certificate="answer-another-certificate")),
        Example(CACHE + tls_host("SSLUseStapling on", certificate="answer-sha256-id")),
    )
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)

    def problem(self, response: StatusResponse, answer: Answer, host: Host) -> str | None:
        if response.is_error or not response.is_readable or response.is_by_sha1:
            return None
        if response.matches:
            return "identifies the certificate by another hash than SHA-1, which httpd ignores"
        serial = next((f"{serial:X}" for serial in response.serials), "none")
        return f"answers for another certificate (serial number: {serial})"
