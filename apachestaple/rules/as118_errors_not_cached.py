"""AS118."""

from __future__ import annotations

from apachestaple.rules.by_hand import QUERIES
from apachestaple.rules.finding import Confidence, Effect, Fix, Severity
from apachestaple.rules.kinds.zero_timeout import ZeroTimeoutRule
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host

_HOST = "SSLUseStapling on"


class ErrorsNotCached(ZeroTimeoutRule):
    """SSLStaplingErrorCacheTimeout is 0.

    An error of a responder, and a response that is not valid, then expires as soon as it is stored.
    While the responder has a problem, httpd queries it in every handshake.
    """

    code = "AS118"
    severity = Severity.WARNING
    confidence = Confidence.POSSIBLE
    effect = Effect.EVICTS_STAPLES
    fix = Fix.SAFE
    setting = "SSLStaplingErrorCacheTimeout"
    reason = "with a timeout of 0 no error of a responder is kept"
    message = {
        "": "with a timeout of 0 no error is kept, and each handshake queries a responder that "
        "fails",
        "not-a-number": "httpd reads {written} as 0 s, so no error is kept, and each handshake "
        "queries a responder that fails",
    }
    help = "Remove the line; the default is 600 seconds."
    repair = (
        "`fix` removes the line. The host then has the value of the main server, or httpd's "
        "default of 600 seconds."
    )
    by_hand = (QUERIES,)
    bad = (
        Example(
            CACHE
            + tls_host(_HOST, "SSLStaplingErrorCacheTimeout 0", certificate="answer-try-later")
        ),
        Example(
            CACHE
            + tls_host(_HOST, "SSLStaplingErrorCacheTimeout ten", certificate="answer-try-later")
        ),
    )
    good = (
        FIXED,
        Example(
            CACHE
            + tls_host(_HOST, "SSLStaplingErrorCacheTimeout 600", certificate="answer-try-later")
        ),
    )
