"""AS411."""

from __future__ import annotations

from apachestaple.ocsp.query import FailureKind
from apachestaple.rules.by_hand import Check, query
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.answer import FailedQueryRule
from apachestaple.rules.rule import CACHE, Example, tls_host


class ResponderUnreachable(FailedQueryRule):
    """The OCSP responder cannot be reached.

    Its name does not resolve, nothing listens on its port, or a firewall rejects the connection.
    With httpd's defaults, clients get a tryLater as a staple, which httpd creates itself. With both
    SSLStaplingReturnResponderErrors and SSLStaplingFakeTryLater off, they get no staple, and every
    handshake tries again.
    """

    failure = FailureKind.UNREACHABLE
    code = "AS411"
    severity = Severity.WARNING
    log_id = "AH01974"
    help = (
        "Let the server connect to the responder, through SSLOCSPProxyURL if nothing else is "
        "allowed, or turn stapling off: SSLUseStapling off."
    )
    by_hand = (Check("Query the responder yourself.", query("dead-responder")),)
    bad = (
        Example(CACHE + tls_host("SSLUseStapling on", certificate="dead-responder")),
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling on",
                "SSLStaplingReturnResponderErrors off",
                "SSLStaplingFakeTryLater off",
                certificate="dead-responder",
            ),
            effect=Effect.NO_STAPLE,
        ),
    )
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)
