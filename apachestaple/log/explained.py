"""The lines of a log about stapling, grouped and explained."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from apachestaple.log.causes import TURNS, Threads
from apachestaple.log.diagnosis import TRY_LATER, Diagnosis, diagnose
from apachestaple.log.line import LineReader, bounds, read_unnumbered
from apachestaple.log.message import Kind
from apachestaple.log.messages import WITHOUT_NUMBER
from apachestaple.log.times import line_time

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apachestaple.httpd.configuration import Place
    from apachestaple.log.causes import Cause
    from apachestaple.log.message import Message

# More hosts than a server has; what is about further ones is counted without their names.
_MOST_GROUPS = 10_000
# With httpd's defaults a responder's error is served for SSLStaplingStandardCacheTimeout, an hour,
# before the responder is asked again; a server has seldom more certificates than this.
_MANY_CERTIFICATES = 20


@dataclass(frozen=True)
class Explanation:
    """Lines of a log that tell the same about the same host and certificate.

    Attributes:
        log_id: their AH number; that of the first, where others followed from it. ``None`` for
            lines of mod_md that have none.
        rule: code of the rule that predicts it, or ``None``.
        host, certificate: what they are about, as far as the log tells.
        count: how often it happened.
        first, last: when, in ISO 8601, with a zone where the log has one; ``None`` where it has
            no times.
        meaning: what happened, in one sentence.
        repair: what to do, in one sentence; ``None`` where nothing is wrong.
        followed_by: the AH numbers of lines that followed from it.
        rules: codes of the rules that it may belong to, where only the configuration tells.
        values: what httpd has put into the lines, by name.
        place: where the configuration causes it, where that is known.

    """

    log_id: str | None
    rule: str | None
    host: str | None
    certificate: str | None
    count: int
    first: str | None
    last: str | None
    meaning: str
    repair: str | None
    followed_by: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    place: Place | None = None

    @property
    def is_fault(self) -> bool:
        return self.repair is not None


@dataclass(slots=True)
class _Span:
    """How often, and when; the time of a log's first and last line is read when it ends."""

    count: int = 0
    first: bytes = b""
    last: bytes = b""
    times: tuple[str, ...] = ()

    def note(self, when: bytes, count: int = 1) -> None:
        self.count += count
        self.first = self.first or when
        self.last = when

    def settle(self, latest: datetime) -> None:
        ends = {self.first, self.last} - {b""}
        seen = filter(None, (line_time(when, latest) for when in ends))
        self.times = tuple(sorted((*self.times, *seen)))
        self.times = self.times[:1] + self.times[-1:]
        self.first = self.last = b""

    @property
    def begin(self) -> str | None:
        return self.times[0] if self.times else None

    @property
    def end(self) -> str | None:
        return self.times[-1] if self.times else None


@dataclass(slots=True)
class _Group:
    cause: Cause
    diagnosis: Diagnosis
    span: _Span = field(default_factory=_Span)


class Explainer:
    """Reads logs block by block; what it keeps does not grow with them."""

    def __init__(self) -> None:
        self._groups: dict[tuple[object, ...], _Group] = {}
        self._settled: dict[tuple[object, ...], _Group] = {}
        self._ordinary: dict[Message, _Span] = {}
        self._lines = LineReader()

    def read(self, blocks: Iterable[bytes], latest: datetime) -> None:
        """Read one log; ``latest`` is when it was last written.

        Where ``blocks`` raises, what came before counts.
        """
        threads = Threads(self._settle)
        try:
            for block in blocks:
                self._read_block(block, threads)
        finally:
            threads.end()
            for span in self._ordinary.values():
                span.settle(latest)
            for group in self._groups.values():
                group.span.settle(latest)

    def explanations(self) -> list[Explanation]:
        """What has been read: the faults, then what is ordinary, each in its order of time."""
        faults = [_explanation(group) for group in self._groups.values()]
        ordinary = [
            Explanation(
                m.log_id, None, None, None, span.count, span.begin, span.end, m.meaning, None
            )
            for m, span in self._ordinary.items()
        ]
        for explanations in (faults, ordinary):
            explanations.sort(key=lambda e: (e.first or "", e.log_id or ""))
        return [*_with_known_start(faults), *ordinary]

    def _read_block(self, block: bytes, threads: Threads) -> None:
        ordinary = Kind.ORDINARY
        for line, when, count in self._lines.read(block):
            message = line.message
            if message.kind is ordinary:
                span = self._ordinary.get(message)
                if span is None:
                    span = self._ordinary[message] = _Span()
                span.note(when, count)
                if message.log_id not in TURNS:
                    continue
            threads.take(line, when, count)
        for found in WITHOUT_NUMBER.finditer(block):
            begin, end = bounds(block, found.start())
            unnumbered = read_unnumbered(block[begin:end])
            if unnumbered is not None:
                threads.take(unnumbered, block[begin:end])

    def _settle(self, cause: Cause) -> None:
        key = cause.line, cause.host, cause.certificate, cause.followed_by, cause.is_stored
        group = self._settled.get(key)
        if group is None:
            if len(self._settled) >= _MOST_GROUPS:
                self._settled.clear()
            group = self._settled[key] = self._group(cause)
        if cause.served_before and not group.cause.served_before:
            group.cause.served_before = True
            group.diagnosis = diagnose(group.cause)
        group.span.note(cause.when, cause.count)

    def _group(self, cause: Cause) -> _Group:
        line = cause.line
        values = tuple(line.values.items())
        key: tuple[object, ...] = (
            line.message,
            cause.host,
            cause.certificate,
            values,
            cause.followed_by,
            cause.is_stored,
        )
        if key not in self._groups and len(self._groups) >= _MOST_GROUPS:
            key = (line.message,)
            cause.host = cause.certificate = None
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = _Group(cause, diagnose(cause))
        return group


def _explanation(group: _Group) -> Explanation:
    cause, diagnosis, values = group.cause, group.diagnosis, dict(group.cause.line.values)
    explanation = Explanation(
        cause.line.message.log_id,
        diagnosis.rule,
        cause.host,
        cause.certificate or _certificate(values),
        group.span.count,
        group.span.begin,
        group.span.end,
        diagnosis.meaning,
        diagnosis.repair,
        cause.followed_by,
        diagnosis.rules,
        values,
    )
    return _asked_too_often(explanation)


def _certificate(values: dict[str, str]) -> str | None:
    """How a certificate is named of which the log does not tell the path."""
    serial, subject = values.get("serial"), values.get("subject")
    if not serial:
        return None
    return f"{subject}, serial {serial}" if subject else f"serial {serial}"


def _asked_too_often(explanation: Explanation) -> Explanation:
    """AS502 where a responder fails more often than it is asked with httpd's defaults."""
    if explanation.rule != "AS503" or "AS502" not in explanation.rules:
        return explanation
    hours = _hours(explanation.first, explanation.last)
    if explanation.count <= _MANY_CERTIFICATES * (1 + hours):
        return explanation
    meaning = explanation.meaning.removesuffix(TRY_LATER["AS503"]) + TRY_LATER["AS502"]
    return replace(explanation, rule="AS502", meaning=meaning)


def _hours(first: str | None, last: str | None) -> float:
    if first is None or last is None:
        return float("inf")
    try:
        return (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds() / 3600
    except (ValueError, TypeError):
        return float("inf")


def _with_known_start(faults: list[Explanation]) -> list[Explanation]:
    """AH01926 with the rule that was broken when httpd started, where the log has just one."""
    started = {e.rule for e in faults if e.log_id in _UNPREPARED}
    if len(started) != 1:
        return faults
    (rule,) = started
    return [replace(e, rule=rule) if e.log_id == "AH01926" else e for e in faults]


_UNPREPARED = frozenset({"AH02217", "AH02218", "AH02814", "AH02815"})
