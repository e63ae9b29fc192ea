"""Rules whose input is what a responder answered: they speak only where it was asked."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from apachestaple.rules.finding import Confidence, Effect
from apachestaple.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.ocsp.query import Answer, FailureKind
    from apachestaple.ocsp.status import StatusResponse
    from apachestaple.rules.finding import Finding


class ResponderRule(Rule):
    """Asks for what a responder answered about a certificate: only where it was asked."""

    needs_answers = True
    # What a responder did once, it mostly does again.
    confidence = Confidence.LIKELY

    @abstractmethod
    def check(self, answer: Answer, certificate: HostCertificate, host: Host) -> Iterator[Finding]:
        """Findings about the answer for one certificate of one host."""

    def answered(
        self,
        what: str,
        advice: str,
        *,
        certificate: HostCertificate,
        host: Host,
        effect: Effect | None = None,
        log_id: str | None = None,
    ) -> Finding:
        """A finding of this rule: what the responder of a certificate did."""
        return self.finding(
            certificate.directive.place,
            f"the responder {host.responder(certificate)} {what}",
            advice,
            host=host,
            certificate=certificate,
            effect=effect,
            log_id=log_id,
        )


class FailedQueryRule(ResponderRule):
    """Asks for queries that bring no response, for one kind of reason."""

    failure: ClassVar[FailureKind]
    advice: ClassVar[str]
    effect = Effect.BAD_STAPLE

    def check(self, answer: Answer, certificate: HostCertificate, host: Host) -> Iterator[Finding]:
        """Every one. Where a host keeps errors back, there is no staple instead of a bad one."""
        failure = answer.failure
        if failure is None or failure.kind is not self.failure:
            return
        effect = self.effect
        if effect is Effect.BAD_STAPLE and not host.staples_failures:
            effect = Effect.NO_STAPLE
        yield self.answered(
            failure.reason,
            self.advice,
            certificate=certificate,
            host=host,
            effect=effect,
            log_id=failure.log_id,
        )


class BadResponseRule(ResponderRule):
    """Asks for responses that mod_ssl has something against, and staples all the same."""

    advice: ClassVar[str]
    effect = Effect.BAD_STAPLE

    @abstractmethod
    def fault(self, response: StatusResponse, answer: Answer, host: Host) -> str | None:
        """What is wrong with a response, as the second half of a sentence, or ``None``."""

    def check(self, answer: Answer, certificate: HostCertificate, host: Host) -> Iterator[Finding]:
        """Every one. Where a host keeps errors back, there is no staple instead of a bad one."""
        if answer.response is None:
            return
        fault = self.fault(answer.response, answer, host)
        if fault is None:
            return
        kept_back = not host.flag("SSLStaplingReturnResponderErrors")
        yield self.answered(
            fault,
            self.advice,
            certificate=certificate,
            host=host,
            effect=Effect.NO_STAPLE if kept_back else None,
        )
