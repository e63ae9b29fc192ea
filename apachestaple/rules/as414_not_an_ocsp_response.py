"""AS414."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.ocsp.query import FailureKind
from apachestaple.rules.finding import Severity
from apachestaple.rules.kinds.answer import FAILED, FailedQueryRule
from apachestaple.rules.rule import CACHE, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.ocsp.query import Answer
    from apachestaple.rules.finding import Finding


class NotAnOcspResponse(FailedQueryRule):
    """The answer of the OCSP responder is not an OCSP response.

    The usual case is a web page with status 200, from a proxy that wants a password. httpd cannot
    decode a truncated response either, nor one that is sent in chunks: it asks with HTTP/1.0 and
    does not join chunks. A successful response with nothing in it is stapled from the cache,
    whatever the switches say.
    """

    failure = FailureKind.NOT_OCSP
    code = "AS414"
    severity = Severity.WARNING
    log_id = "AH01988"
    message = {
        "": FAILED,
        "empty": "the OCSP responder {responder} answers with a successful response that is empty",
    }
    help = (
        "Check what answers there: a proxy, a login page, or a server that does not know "
        "HTTP/1.0. Or turn stapling off: SSLUseStapling off."
    )
    bad = (
        Example(CACHE + tls_host("SSLUseStapling on", certificate="answer-html")),
        Example(
            CACHE + tls_host("SSLUseStapling on", certificate="answer-no-bytes"), log_id="AH01934"
        ),
    )
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)

    def check(self, answer: Answer, certificate: HostCertificate, host: Host) -> Iterator[Finding]:
        yield from super().check(answer, certificate, host)
        if answer.response is not None and not answer.response.is_readable:
            yield self.answered(certificate, host, variant="empty", log_id="AH01934")
