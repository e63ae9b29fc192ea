"""AS414."""

from __future__ import annotations

from apachestaple.rules.finding import Severity
from apachestaple.rules.responder_rule import FailedQueryRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.tls.queries import FailureKind


class NotAnOcspResponse(FailedQueryRule):
    """What the responder of a certificate answers is no OCSP response.

    A web page with status 200, where a proxy wants a password, is the usual case. A response that
    is cut, and one that is sent in chunks, cannot be decoded either: httpd asks with HTTP/1.0 and
    does not put chunks together.
    """

    failure = FailureKind.NOT_OCSP
    code = "AS414"
    severity = Severity.WARNING
    log_id = "AH01988"
    advice = (
        "Look at what answers there: a proxy, a portal, a server that does not know HTTP/1.0; or "
        "switch stapling off for this host."
    )
    bad = Example(CACHE + tls_host("SSLUseStapling on", certificate="answer-html"))
    good = Example(CACHE + tls_host("SSLUseStapling on"))
