"""AS421."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.ocsp.query import LONGEST_CACHED
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.responder_rule import ResponderRule
from apachestaple.rules.rule import CACHE, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.ocsp.query import Answer
    from apachestaple.rules.finding import Finding


class ResponseNeverCached(ResponderRule):
    """The response is too long for httpd to cache.

    More than 10239 bytes are stapled, but not kept (stapling_cache_response), so each handshake
    asks the responder and waits for it, one after the other.
    """

    code = "AS421"
    severity = Severity.WARNING
    effect = Effect.STALLS_HANDSHAKES
    log_id = "AH01928"
    bad = Example(CACHE + tls_host("SSLUseStapling on", certificate="answer-long"))
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, answer: Answer, certificate: HostCertificate, host: Host) -> Iterator[Finding]:
        """Every response that is longer."""
        length = answer.response.length if answer.response else 0
        if length <= LONGEST_CACHED:
            return
        yield self.answered(
            f"gives a response of {length} bytes, and httpd caches {LONGEST_CACHED} at most",
            "Ask the authority for a responder that sends no needless certificates, or switch "
            "stapling off for this host.",
            certificate=certificate,
            host=host,
        )
