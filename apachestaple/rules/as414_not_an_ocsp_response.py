"""AS414."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.ocsp.query import FailureKind
from apachestaple.rules.by_hand import Check, query
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

    The usual case is a web page with status 200, from a proxy that requires a password. httpd
    cannot decode a truncated response either, nor one that is sent in chunks, because it uses
    HTTP/1.0. An empty response with the status "successful" is stapled from the cache, whatever the
    settings for errors of responders are.
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
        "Check which server answers: it may be a proxy, a login page, or a server without "
        "HTTP/1.0. Or turn stapling off: SSLUseStapling off."
    )
    by_hand = (Check("Query the responder yourself.", query("answer-html")),)
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
