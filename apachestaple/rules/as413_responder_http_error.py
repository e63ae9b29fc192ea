"""AS413."""

from __future__ import annotations

from apachestaple.ocsp.query import FailureKind
from apachestaple.rules.by_hand import Check, query
from apachestaple.rules.finding import Severity
from apachestaple.rules.kinds.answer import FailedQueryRule
from apachestaple.rules.rule import CACHE, Example, tls_host


class ResponderHttpError(FailedQueryRule):
    """The OCSP responder answers with an HTTP error, or not with HTTP.

    httpd accepts any status from 200 to 299. It follows no redirect, sends no credentials, and
    reads at most 256 header lines of 8192 bytes and a body of 2 MiB (read_response).
    """

    failure = FailureKind.HTTP
    code = "AS413"
    severity = Severity.WARNING
    log_id = "AH01980"
    help = (
        "Ask the authority for the responder's address and set SSLStaplingForceURL, check whether "
        "a proxy answers instead, or turn stapling off: SSLUseStapling off."
    )
    by_hand = (Check("Query the responder yourself.", query("answer-not-found")),)
    bad = (Example(CACHE + tls_host("SSLUseStapling on", certificate="answer-not-found")),)
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)
