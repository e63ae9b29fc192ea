"""What a rule says: a finding is a prediction about a running httpd."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apachestaple.httpd.configuration import Place


class Severity(StrEnum):
    """How bad it is; ordered by `rank`."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


class Effect(StrEnum):
    """What httpd does; each but the last is played on a real one by the test suite."""

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
    Effect.DOES_NOT_START: "httpd -t passes, and the server does not start",
    Effect.ABORTS_HANDSHAKES: "clients that ask for a status get a fatal alert",
    Effect.NO_STAPLE: "clients get no staple",
    Effect.BAD_STAPLE: "clients get a staple that they cannot use",
    Effect.STALLS_HANDSHAKES: "handshakes wait for the responder",
    Effect.EVICTS_STAPLES: "responses push each other out of the cache",
    Effect.IGNORED: "httpd ignores it without a word",
    Effect.ADVICE: "httpd works, but could do better",
}


class Confidence(StrEnum):
    """How sure the prediction is."""

    # Nothing but the configuration and the certificates decides.
    CERTAIN = "certain"
    # It hangs on something that is so almost everywhere: a responder that stays off.
    LIKELY = "likely"
    # It hangs on something that is only estimated, or on what happens to a responder.
    POSSIBLE = "possible"


class Repair(StrEnum):
    """Whether ``fix`` repairs it: safe, or changing what the site promises."""

    SAFE = "safe"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True)
class HostName:
    """The server or virtual host that a finding is about, and where its section starts."""

    name: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    Attributes:
        rule: its code, ``AS201``.
        name: the rule's name, ``missing-stapling-cache``.
        severity: how bad.
        confidence: how sure.
        effect: what httpd does.
        message: what is wrong, with the names that it is about, in one sentence.
        advice: what to do, in one sentence.
        log_id: the AH number to look for in the error log, or ``None``.
        place: where in the file.
        host: the host that it is about, or ``None``.
        certificate: path of the certificate that it is about, or ``None``.
        repair: whether ``fix`` repairs it, or ``None``.

    """

    rule: str
    name: str
    severity: Severity
    confidence: Confidence
    effect: Effect
    message: str
    advice: str
    log_id: str | None
    place: Place
    host: HostName | None = None
    certificate: str | None = None
    repair: Repair | None = None

    @property
    def url(self) -> str:
        """Where the rule is explained."""
        return rule_url(self.rule, self.name)


def rule_url(code: str, name: str) -> str:
    """Where the rule with this code and name is explained."""
    return f"docs/rules.md#{code.lower()}-{name}"


def is_any_as_bad(findings: Iterable[Finding], severity: Severity) -> bool:
    """Whether any of the findings is at least as bad."""
    return any(finding.severity.rank <= severity.rank for finding in findings)
