"""AS412."""

from __future__ import annotations

from apachestaple.ocsp.query import FailureKind
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.responder_rule import FailedQueryRule
from apachestaple.rules.rule import CACHE, Example, tls_host


class ResponderSilent(FailedQueryRule):
    """The responder of a certificate takes longer than SSLStaplingResponderTimeout.

    A firewall that drops packets looks like this, a responder that accepts and says nothing, and
    one that answers and keeps the connection open: httpd reads to its end, whatever Content-Length
    says. Handshakes wait for it, those of other hosts as well, one after the other
    (stapling_refresh_mutex_on), and the answer is lost. Against one that sends a byte now and then,
    httpd has no limit at all.
    """

    failure = FailureKind.SILENT
    code = "AS412"
    severity = Severity.ERROR
    effect = Effect.STALLS_HANDSHAKES
    log_id = "AH01977"
    advice = (
        "Let the server out to it, lower SSLStaplingResponderTimeout, or switch stapling off for "
        "this host: SSLUseStapling off."
    )
    bad = Example(
        CACHE
        + tls_host(
            "SSLUseStapling on", "SSLStaplingResponderTimeout 2", certificate="silent-responder"
        )
    )
    good = Example(CACHE + tls_host("SSLUseStapling on"))
