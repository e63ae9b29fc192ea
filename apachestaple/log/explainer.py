"""Groups and counts the stapling messages of logs, with bounded memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apachestaple.log.diagnose import diagnose
from apachestaple.log.explanation import Explanation, with_frequency, with_start
from apachestaple.log.message import Kind
from apachestaple.log.reader import LineReader
from apachestaple.log.threads import TURNS, Threads
from apachestaple.log.times import line_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from apachestaple.log.cause import Cause
    from apachestaple.log.diagnosis import Diagnosis
    from apachestaple.log.message import Message

# More hosts than a server has. Further groups are counted without host names.
_MOST_GROUPS = 10_000


@dataclass(slots=True)
class _Span:
    """Count and times. The times of the first and last line are parsed at the end."""

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
    """Reads logs block by block, with bounded memory."""

    def __init__(self) -> None:
        self._groups: dict[tuple[object, ...], _Group] = {}
        self._settled: dict[tuple[object, ...], _Group] = {}
        self._information: dict[Message, _Span] = {}
        self._lines = LineReader()

    def read(self, blocks: Iterable[bytes], latest: datetime) -> None:
        """Read one log; ``latest`` is the time when it was last written.

        If ``blocks`` raises, the blocks before are counted.
        """
        threads = Threads(self._settle)
        try:
            for block in blocks:
                self._read_block(block, threads)
        finally:
            threads.end()
            for span in self._information.values():
                span.settle(latest)
            for group in self._groups.values():
                group.span.settle(latest)

    def explanations(self) -> list[Explanation]:
        """The explanations: problems, then information, each sorted by time."""
        problems = [_explanation(group) for group in self._groups.values()]
        information = [
            Explanation(m.log_id, m.diagnosis, None, None, span.count, span.begin, span.end)
            for m, span in self._information.items()
        ]
        for explanations in (problems, information):
            explanations.sort(key=lambda e: (e.first or "", e.log_id or ""))
        return [*with_start(problems), *information]

    def _read_block(self, block: bytes, threads: Threads) -> None:
        information = Kind.INFORMATION
        for line, when, count in self._lines.read(block):
            message = line.message
            if message.kind is information:
                span = self._information.get(message)
                if span is None:
                    span = self._information[message] = _Span()
                span.note(when, count)
                if message.log_id not in TURNS:
                    continue
            threads.take(line, when, count)

    def _settle(self, cause: Cause) -> None:
        # Equal lines are the same object, and its identity is a faster key than its texts.
        key = (cause.line, *_told(cause))
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
        key: tuple[object, ...] = (line.message, tuple(line.facts.items()), *_told(cause))
        if key not in self._groups and len(self._groups) >= _MOST_GROUPS:
            key = (line.message,)
            cause.host = cause.certificate = None
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = _Group(cause, diagnose(cause))
        return group


def _told(cause: Cause) -> tuple[object, ...]:
    """What other lines tell about a cause."""
    return (
        cause.host,
        cause.certificate,
        cause.library_error,
        cause.followed_by,
        cause.is_stored,
        cause.at_reload,
    )


def _explanation(group: _Group) -> Explanation:
    cause, span = group.cause, group.span
    explanation = Explanation(
        cause.line.message.log_id,
        group.diagnosis,
        cause.host,
        cause.certificate or _certificate(group.diagnosis.facts),
        span.count,
        span.begin,
        span.end,
        cause.followed_by,
    )
    return with_frequency(explanation)


def _certificate(facts: Mapping[str, str]) -> str | None:
    """The name of a certificate whose path is not in the log."""
    serial, subject = facts.get("serial"), facts.get("subject")
    if not serial:
        return None
    return f"{subject}, serial {serial}" if subject else f"serial {serial}"
