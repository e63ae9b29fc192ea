"""AS411."""

from __future__ import annotations

from apachestaple.ocsp.query import FailureKind
from apachestaple.rules.finding import Severity
from apachestaple.rules.responder_rule import FailedQueryRule
from apachestaple.rules.rule import CACHE, Example, tls_host


class ResponderUnreachable(FailedQueryRule):
    """The responder of a certificate cannot be reached.

    Its name does not resolve, or nobody listens, or a firewall refuses. With httpd's defaults,
    clients get a tryLater of httpd's own as a staple; where a responder's errors are kept back,
    none, and each handshake tries again.
    """

    failure = FailureKind.UNREACHABLE
    code = "AS411"
    severity = Severity.WARNING
    log_id = "AH01974"
    advice = (
        "Let the server out to it, through SSLOCSPProxyURL where nothing else gets out, or switch "
        "stapling off for this host: SSLUseStapling off."
    )
    bad = Example(CACHE + tls_host("SSLUseStapling on", certificate="dead-responder"))
    good = Example(CACHE + tls_host("SSLUseStapling on"))
