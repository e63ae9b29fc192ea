"""AS111."""

from __future__ import annotations

from apachestaple.rules.by_hand import QUERIES
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.zero_timeout import ZeroTimeoutRule
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host


class NothingCached(ZeroTimeoutRule):
    """SSLStaplingStandardCacheTimeout is 0.

    A response then expires as soon as it is stored, and httpd queries the responder in every
    handshake.
    """

    code = "AS111"
    severity = Severity.WARNING
    effect = Effect.EVICTS_STAPLES
    fix = Fix.SAFE
    setting = "SSLStaplingStandardCacheTimeout"
    reason = "with a timeout of 0, no response is cached"
    message = {
        "": "with a timeout of 0, no response is cached, and every handshake queries the responder",
        "not-a-number": "httpd reads {written} as 0 s, so no response is cached, and every "
        "handshake queries the responder",
    }
    help = "Remove the line; the default is 3600 seconds."
    repair = (
        "`fix` removes the line. The host then has the value of the main server, or httpd's "
        "default of 3600 seconds."
    )
    by_hand = (QUERIES,)
    bad = (
        Example(CACHE + tls_host("SSLUseStapling on", "SSLStaplingStandardCacheTimeout 0")),
        Example(CACHE + tls_host("SSLUseStapling on", "SSLStaplingStandardCacheTimeout one")),
    )
    good = (
        FIXED,
        Example(CACHE + tls_host("SSLUseStapling on", "SSLStaplingStandardCacheTimeout 3600")),
    )
