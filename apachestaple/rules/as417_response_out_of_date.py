"""AS417."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.by_hand import VERIFY, Check, query
from apachestaple.rules.finding import Severity
from apachestaple.rules.kinds.answer import BadResponseRule
from apachestaple.rules.rule import CACHE, Example, tls_host

if TYPE_CHECKING:
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.ocsp.query import Answer
    from apachestaple.ocsp.status import StatusResponse


class ResponseOutOfDate(BadResponseRule):
    """The response has expired, is not yet valid, or is older than SSLStaplingResponseMaxAge.

    httpd allows a clock difference of SSLStaplingResponseTimeSkew seconds. It logs that the times
    are invalid, but still staples the response.
    """

    code = "AS417"
    severity = Severity.WARNING
    log_id = "AH01936"
    help = (
        "Check this server's clock, SSLStaplingResponseTimeSkew and SSLStaplingResponseMaxAge, "
        "then contact the authority."
    )
    by_hand = (
        Check("Query the responder yourself. openssl checks the times.", query("answer-expired")),
        VERIFY,
    )
    bad = (Example(CACHE + tls_host("SSLUseStapling on", certificate="answer-expired")),)
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)

    def problem(self, response: StatusResponse, answer: Answer, host: Host) -> str | None:
        if not response.is_by_sha1:
            return None
        skew = host.seconds("SSLStaplingResponseTimeSkew") or 0
        of_times = response.problem_of_times(
            answer.at, skew, host.seconds("SSLStaplingResponseMaxAge")
        )
        return f"sends a response that {of_times}" if of_times else None
