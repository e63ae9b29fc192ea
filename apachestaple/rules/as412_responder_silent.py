"""AS412."""

from __future__ import annotations

from apachestaple.ocsp.query import FailureKind
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.answer import FailedQueryRule
from apachestaple.rules.rule import CACHE, Example, tls_host


class ResponderSilent(FailedQueryRule):
    """The OCSP responder takes longer than SSLStaplingResponderTimeout.

    Possible causes are a firewall that drops packets, a responder that accepts the connection and
    sends nothing, and a responder that answers and keeps the connection open, because httpd ignores
    Content-Length and reads until the connection ends. All handshakes wait for it, also those of
    other hosts, one after the other (stapling_refresh_mutex_on), and the answer is lost. If a
    responder sends a byte now and then, httpd has no time limit at all.
    """

    failure = FailureKind.SILENT
    code = "AS412"
    severity = Severity.ERROR
    effect = Effect.STALLS_HANDSHAKES
    log_id = "AH01977"
    help = (
        "Let the server connect to the responder, lower SSLStaplingResponderTimeout, or turn "
        "stapling off: SSLUseStapling off."
    )
    bad = (
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling on", "SSLStaplingResponderTimeout 2", certificate="silent-responder"
            )
        ),
    )
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)
