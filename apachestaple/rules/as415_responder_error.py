"""AS415."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.by_hand import Check, query
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.answer import BadResponseRule
from apachestaple.rules.rule import CACHE, Example, tls_host

if TYPE_CHECKING:
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.ocsp.query import Answer
    from apachestaple.ocsp.status import StatusResponse


class ResponderError(BadResponseRule):
    """The OCSP responder answers with an OCSP error.

    An error such as unauthorized or tryLater is a response without the status of the certificate.
    httpd staples it unchanged, and keeps it for SSLStaplingErrorCacheTimeout.
    """

    code = "AS415"
    severity = Severity.WARNING
    log_id = "AH01944"
    help = (
        "Keep the error from clients with SSLStaplingReturnResponderErrors off and "
        "SSLStaplingFakeTryLater off, and contact the authority. unauthorized usually means that "
        "the responder does not know the certificate."
    )
    by_hand = (Check("Query the responder yourself.", query("answer-unauthorized")),)
    bad = (
        Example(CACHE + tls_host("SSLUseStapling on", certificate="answer-unauthorized")),
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling on",
                "SSLStaplingReturnResponderErrors off",
                "SSLStaplingFakeTryLater off",
                certificate="answer-unauthorized",
            ),
            effect=Effect.NO_STAPLE,
        ),
    )
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)

    def problem(self, response: StatusResponse, answer: Answer, host: Host) -> str | None:
        return f"answers with the error {response.response_status}" if response.is_error else None
