"""AS421."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.ocsp.query import LONGEST_CACHED
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.answer import AnswerRule
from apachestaple.rules.rule import CACHE, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.ocsp.query import Answer
    from apachestaple.rules.finding import Finding


class ResponseNeverCached(AnswerRule):
    """The response is too long for httpd to cache.

    httpd staples a response of more than 10239 bytes, but does not store it
    (stapling_cache_response). Each handshake then queries the responder and waits for it, one after
    the other.
    """

    code = "AS421"
    severity = Severity.WARNING
    effect = Effect.STALLS_HANDSHAKES
    log_id = "AH01928"
    message = (
        "the OCSP responder {responder} sends a response of {length} bytes, but httpd caches at "
        "most {longest} bytes"
    )
    help = (
        "Ask the authority for a responder that sends no unnecessary certificates, or turn "
        "stapling off: SSLUseStapling off."
    )
    bad = (Example(CACHE + tls_host("SSLUseStapling on", certificate="answer-long")),)
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)

    def check(self, answer: Answer, certificate: HostCertificate, host: Host) -> Iterator[Finding]:
        length = answer.response.length if answer.response else 0
        if length > LONGEST_CACHED:
            yield self.answered(certificate, host, length=length, longest=LONGEST_CACHED)
