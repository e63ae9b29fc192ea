"""AS418."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.by_hand import VERIFY
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.answer import AnswerRule
from apachestaple.rules.rule import CACHE, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.ocsp.query import Answer
    from apachestaple.rules.finding import Finding


class ResponseSignedByStranger(AnswerRule):
    """Clients do not trust the signature of the response.

    The response must be signed by the issuer of the certificate, or by a delegate with a
    certificate for signing OCSP responses from the same issuer (RFC 6960, section 4.2.2.2). httpd
    does not check the signature, and logs nothing.
    """

    code = "AS418"
    severity = Severity.WARNING
    effect = Effect.BAD_STAPLE
    message = "the OCSP responder {responder} sends a response that {problem}"
    help = (
        "Check whether SSLStaplingForceURL is the URL of another authority's responder, and "
        "whether the chain has the right issuer."
    )
    by_hand = (VERIFY,)
    bad = (Example(CACHE + tls_host("SSLUseStapling on", certificate="answer-stranger")),)
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)

    def check(self, answer: Answer, certificate: HostCertificate, host: Host) -> Iterator[Finding]:
        response = answer.response
        if response is not None and response.matches and response.signature.problem is not None:
            yield self.answered(certificate, host, problem=response.signature.problem)
