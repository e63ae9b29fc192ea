"""Rules about the answers of OCSP responders."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from apachestaple.rules.finding import Confidence, Effect
from apachestaple.rules.rule import Rule
from apachestaple.rules.subject import certificate_subject, responder_subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Self

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.ocsp.query import Answer, FailureKind
    from apachestaple.ocsp.status import StatusResponse
    from apachestaple.rules.finding import Finding
    from apachestaple.rules.subject import Subject


FAILED = "the OCSP responder {responder} {reason}"


class AnswerRule(Rule, is_kind=True):
    """A rule about the answer of a responder about a certificate, if it was queried.

    Attributes:
        about_certificate: whether the subject of its findings is the certificate, and not the
            responder.

    """

    rank = 3
    needs_answers = True
    # A responder usually gives the same answer again.
    confidence = Confidence.LIKELY
    about_certificate: ClassVar[bool] = False

    @classmethod
    def findings(cls, rules: Sequence[Self], site: Site) -> Iterator[Finding]:
        if not site.answers:
            return
        for host in site.stapling_hosts:
            for certificate in host.certificates:
                answer = site.answer(host, certificate)
                if answer is not None:
                    for rule in rules:
                        yield from rule.check(answer, certificate, host)

    @abstractmethod
    def check(self, answer: Answer, certificate: HostCertificate, host: Host) -> Iterator[Finding]:
        """Findings about the answer for one certificate of one host."""

    def answered(
        self,
        certificate: HostCertificate,
        host: Host,
        *,
        variant: str = "",
        effect: Effect | None = None,
        log_id: str | None = None,
        **facts: object,
    ) -> Finding:
        """A finding of this rule, with {responder} as a further placeholder."""
        url = host.responder(certificate) or ""
        finding = self.finding(
            self._subject(url, certificate),
            variant=variant,
            hosts=(host,),
            certificate=certificate,
            effect=effect,
            log_id=log_id,
        )
        return finding._replace(facts={"responder": url, **facts})

    def _subject(self, url: str, certificate: HostCertificate) -> Subject:
        if self.about_certificate:
            return certificate_subject(certificate)
        return responder_subject(url, certificate)


class FailedQueryRule(AnswerRule):
    """A rule about queries without a response, for one kind of reason."""

    failure: ClassVar[FailureKind]
    effect = Effect.BAD_STAPLE
    message: ClassVar[str | Mapping[str, str]] = FAILED

    def check(self, answer: Answer, certificate: HostCertificate, host: Host) -> Iterator[Finding]:
        """Where a host keeps errors back, clients get no staple instead of a bad one."""
        failure = answer.failure
        if failure is None or failure.kind is not self.failure:
            return
        effect = self.effect
        if effect is Effect.BAD_STAPLE and not host.staples_failures:
            effect = Effect.NO_STAPLE
        yield self.answered(
            certificate, host, effect=effect, log_id=failure.log_id, reason=failure.reason
        )


class BadResponseRule(AnswerRule):
    """A rule about responses that mod_ssl considers invalid, but staples by default."""

    effect = Effect.BAD_STAPLE
    message = "the OCSP responder {responder} {problem}"

    @abstractmethod
    def problem(self, response: StatusResponse, answer: Answer, host: Host) -> str | None:
        """The problem of a response, as the second half of a sentence, or ``None``."""

    def check(self, answer: Answer, certificate: HostCertificate, host: Host) -> Iterator[Finding]:
        """Where a host keeps errors back, clients get no staple instead of a bad one."""
        if answer.response is None:
            return
        problem = self.problem(answer.response, answer, host)
        if problem is None:
            return
        kept_back = not host.flag("SSLStaplingReturnResponderErrors")
        yield self.answered(
            certificate,
            host,
            effect=Effect.NO_STAPLE if kept_back else None,
            problem=problem,
        )
