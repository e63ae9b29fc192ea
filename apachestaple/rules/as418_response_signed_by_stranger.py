"""AS418."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.responder_rule import ResponderRule
from apachestaple.rules.rule import CACHE, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.ocsp.query import Answer
    from apachestaple.rules.finding import Finding


class ResponseSignedByStranger(ResponderRule):
    """No client trusts the signature of the response.

    It must be signed by the issuer of the certificate, or by a delegate that the same issuer has
    issued for signing OCSP responses (RFC 6960, section 4.2.2.2). httpd does not look at the
    signature, and says nothing.
    """

    code = "AS418"
    severity = Severity.WARNING
    effect = Effect.BAD_STAPLE
    bad = Example(CACHE + tls_host("SSLUseStapling on", certificate="answer-stranger"))
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, answer: Answer, certificate: HostCertificate, host: Host) -> Iterator[Finding]:
        """Every response whose signature can be checked, and is wrong."""
        response = answer.response
        if response is None or not response.matches or response.signature.fault is None:
            return
        yield self.answered(
            f"gives a response that {response.signature.fault}",
            "Look whether SSLStaplingForceURL leads to the responder of another authority, and "
            "whether the chain has the right issuer.",
            certificate=certificate,
            host=host,
        )
