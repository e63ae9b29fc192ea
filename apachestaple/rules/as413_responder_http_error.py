"""AS413."""

from __future__ import annotations

from apachestaple.ocsp.query import FailureKind
from apachestaple.rules.finding import Severity
from apachestaple.rules.responder_rule import FailedQueryRule
from apachestaple.rules.rule import CACHE, Example, tls_host


class ResponderHttpError(FailedQueryRule):
    """The responder of a certificate answers with an HTTP error, or with no HTTP at all.

    httpd takes any status from 200 to 299. It follows no redirect, sends no credentials, reads 256
    header lines of 8192 bytes and a body of 2 MiB at most (read_response).
    """

    failure = FailureKind.HTTP
    code = "AS413"
    severity = Severity.WARNING
    log_id = "AH01980"
    advice = (
        "Ask the authority for the responder's address and set SSLStaplingForceURL, look whether a "
        "proxy answers in its place, or switch stapling off for this host."
    )
    bad = Example(CACHE + tls_host("SSLUseStapling on", certificate="answer-not-found"))
    good = Example(CACHE + tls_host("SSLUseStapling on"))
