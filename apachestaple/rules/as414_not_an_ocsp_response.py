"""AS414."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.ocsp.query import FailureKind
from apachestaple.rules.finding import Severity
from apachestaple.rules.responder_rule import FailedQueryRule
from apachestaple.rules.rule import CACHE, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.ocsp.query import Answer
    from apachestaple.rules.finding import Finding


class NotAnOcspResponse(FailedQueryRule):
    """What the responder of a certificate answers is no OCSP response.

    A web page with status 200, where a proxy wants a password, is the usual case. A response that
    is cut, and one that is sent in chunks, cannot be decoded either: httpd asks with HTTP/1.0 and
    does not put chunks together. The shell of a response with nothing in it is stapled from the
    cache, whatever the switches say.
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

    def check(self, answer: Answer, certificate: HostCertificate, host: Host) -> Iterator[Finding]:
        """What cannot be decoded, and what can and holds nothing."""
        yield from super().check(answer, certificate, host)
        if answer.response is not None and not answer.response.is_readable:
            yield self.answered(
                "answers with a successful response that holds nothing",
                self.advice,
                certificate=certificate,
                host=host,
                log_id="AH01934",
            )
