"""Findings, which are predictions about a running httpd."""

from __future__ import annotations

import os
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.httpd.boundary import checkout_above
from apachestaple.mod_ssl.responders import certificate_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from apachestaple.httpd.configuration import Directive, Place
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.rules.remedy import Remedy
    from apachestaple.rules.rule import Rule
    from apachestaple.rules.subject import Subject


class Severity(StrEnum):
    """The severity of a finding; `rank` orders them."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the highest severity."""
        return list(Severity).index(self)


class Effect(StrEnum):
    """What httpd does; the test suite plays all but the last on a running httpd."""

    REJECTED = "rejected"
    DOES_NOT_START = "does-not-start"
    ABORTS_HANDSHAKES = "aborts-handshakes"
    NO_STAPLE = "no-staple"
    BAD_STAPLE = "bad-staple"
    STALLS_HANDSHAKES = "stalls-handshakes"
    EVICTS_STAPLES = "evicts-staples"
    IGNORED = "ignored"
    ADVICE = "advice"

    @property
    def meaning(self) -> str:
        """The effect in a few words, as the reports print it."""
        return _MEANINGS[self]


_MEANINGS = {
    Effect.REJECTED: "httpd -t rejects the configuration",
    Effect.DOES_NOT_START: "httpd -t passes, but the server does not start",
    Effect.ABORTS_HANDSHAKES: "handshakes fail if the client requests a staple",
    Effect.NO_STAPLE: "clients get no staple",
    Effect.BAD_STAPLE: "clients get a staple that they cannot use",
    Effect.STALLS_HANDSHAKES: "handshakes wait for the OCSP responder",
    Effect.EVICTS_STAPLES: "the cache loses valid responses, and httpd queries them again",
    Effect.IGNORED: "httpd reports no error, but does not do what the configuration says",
    Effect.ADVICE: "a recommendation; no failure of httpd is predicted",
}


class Confidence(StrEnum):
    """How certain the prediction is."""

    # It only depends on the configuration and the certificates.
    CERTAIN = "certain"
    # It depends on something that is almost always true, such as a responder that stays off.
    LIKELY = "likely"
    # It depends on an estimate, or on the behaviour of a responder.
    POSSIBLE = "possible"


class Fix(StrEnum):
    """Whether ``fix`` repairs a finding by default, or only with ``--unsafe``."""

    SAFE = "safe"
    UNSAFE = "unsafe"


class HostPlace(NamedTuple):
    """The name of a host, and the place where its section starts."""

    name: str
    file: str
    line: int


class Finding(NamedTuple):
    """One finding; text, JSON and annotations are views of it.

    Attributes:
        rule: the rule.
        subject: the directive, host, certificate or cache with the problem.
        place: its place in a file.
        severity: how severe it is.
        confidence: how certain it is.
        effect: what httpd does.
        log_id: the AH number in httpd's error log, or ``None``.
        hosts: the affected hosts; empty if the whole server is affected.
        certificate: the certificate with the problem, or ``None``.
        facts: the values of the placeholders in message and help.
        variant: the variant of the rule's message and help.
        remedy: the repair, or ``None``.
        configuration: main file of the configuration.
        advice: where to change a file that a program generates, as a sentence; ``""`` otherwise.
        used_instead: the line that httpd uses instead, or ``None``.

    """

    rule: Rule
    subject: Subject
    place: Place
    severity: Severity
    confidence: Confidence
    effect: Effect
    log_id: str | None = None
    hosts: tuple[Host, ...] = ()
    certificate: HostCertificate | None = None
    facts: Mapping[str, object] = MappingProxyType({})
    variant: str = ""
    remedy: Remedy | None = None
    configuration: str = ""
    advice: str = ""
    used_instead: Directive | None = None

    @property
    def code(self) -> str:
        """``AS201``."""
        return self.rule.code

    @property
    def name(self) -> str:
        """``missing-stapling-cache``."""
        return self.rule.name

    @property
    def message(self) -> str:
        """What is wrong, in one sentence without full stop."""
        return self.rule.text("message", self.variant).format_map(self.facts)

    @property
    def help(self) -> str:
        """What to do, in a few sentences."""
        text = self.rule.text("help", self.variant).format_map(self.facts)
        return f"{text} {self.advice}" if self.advice else text

    @property
    def fix(self) -> Fix | None:
        """Whether ``fix`` has a remedy for it."""
        if self.remedy is None:
            return None
        return Fix.SAFE if self.remedy.safe else Fix.UNSAFE

    @property
    def url(self) -> str:
        """The documentation of the rule."""
        return self.rule.url

    @property
    def benchmark(self) -> str | None:
        """The recommendation of the CIS benchmark that it violates, as ``CIS 7.11``."""
        return self.rule.benchmark

    def host_place(self, host: Host) -> HostPlace:
        """Name, file and line of one of its hosts."""
        directive = host.directive
        if directive is None:
            return HostPlace(host.name, self.configuration, 1)
        return HostPlace(host.name, directive.file, directive.line)

    @property
    def certificate_path(self) -> str | None:
        """Path of its certificate on this machine."""
        return certificate_path(self.certificate) if self.certificate else None

    @property
    def fingerprint(self) -> str:
        """Hexadecimal SHA-256 of rule, subject and hosts; line numbers are not in it.

        Paths in it are relative to the checkout or to the folder of the main file.
        """
        import hashlib  # noqa: PLC0415  (5 ms, and only reports for programs have it)

        folder = _base(os.path.dirname(self.configuration)).rstrip("/") + "/"
        path = self.subject.path.removeprefix(folder)
        hosts = sorted({host.name for host in self.hosts})
        parts = (self.code, path, self.subject.text.removeprefix(folder), *hosts)
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


@lru_cache(maxsize=1024)
def _base(folder: str) -> str:
    return checkout_above(folder) or folder


def is_any_as_bad(findings: Iterable[Finding], severity: Severity) -> bool:
    """Whether a finding has at least this severity."""
    return any(finding.severity.rank <= severity.rank for finding in findings)
