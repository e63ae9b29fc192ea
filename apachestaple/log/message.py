"""A message of httpd: its number, its words, and its meaning."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from apachestaple.lazy import lazy
from apachestaple.log.diagnosis import Diagnosis
from apachestaple.log.pattern import pattern

if TYPE_CHECKING:
    import re

    from apachestaple.log.outcome import Outcome

# Longer values are cut. No host, path or URL of a working server has this many characters.
_LONGEST_VALUE = 1000


class Kind(Enum):
    """The kind of a message."""

    PROBLEM = auto()
    """It describes a problem."""
    CONSEQUENCE = auto()
    """It follows from a problem that the same thread has logged before."""
    INFORMATION = auto()
    """It is logged when nothing is wrong, at LogLevel info or debug."""
    CONTEXT = auto()
    """It names the host or certificate of the messages around it."""


@dataclass(frozen=True, eq=False)
class Message:
    """A message of httpd.

    Attributes:
        log_id: number, such as ``AH02218``; ``None`` for messages without number.
        text: httpd's format string, as in the module.
        diagnosis: meaning, without the facts of a line.
        kind: kind of message.
        names: name of the fact for each conversion in ``text``; ``""`` if it is not used.
        module: the module that logs it, as in the line: ``ssl`` for ``[ssl:error]``.
        older: format string of earlier versions, if it differs.

    """

    log_id: str | None
    text: str
    diagnosis: Diagnosis
    kind: Kind
    names: tuple[str, ...] = ()
    module: str = ""
    older: str | None = None

    @lazy
    def head(self) -> bytes:
        """The text before the first conversion."""
        return self.text.partition("%")[0].encode()

    @lazy
    def heads(self) -> tuple[bytes, ...]:
        """The head in all versions."""
        older = () if self.older is None else (self.older.partition("%")[0].encode(),)
        return (self.head, *older)

    @lazy
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        older = () if self.older is None else (pattern(self.older, ()),)
        return (pattern(self.text, self.names), *older)

    def values(self, text: str) -> dict[str, str] | None:
        """The values in ``text``, by name; ``None`` for those that are cut off."""
        matches = (each.match(text) for each in self._patterns)
        found = next(filter(None, matches), None)
        if found is None:
            return None
        return {name: value[:_LONGEST_VALUE] for name, value in found.groupdict().items()}


def problem(
    log_id: str | None,
    text: str,
    said: str,
    outcome: Outcome | None,
    repair: str,
    *rules: str,
    names: str = "",
) -> Message:
    """A message about a problem; ``names`` are separated by spaces, with ``_`` for none."""
    diagnosis = Diagnosis(said, outcome, repair, rules, rules[0] if rules else None)
    return Message(log_id, text, diagnosis, Kind.PROBLEM, _names(names))


def consequence(
    log_id: str,
    text: str,
    said: str,
    outcome: Outcome | None,
    repair: str,
    *rules: str,
    names: str = "",
) -> Message:
    """A message that follows from another one."""
    message = problem(log_id, text, said, outcome, repair, *rules, names=names)
    return replace(message, kind=Kind.CONSEQUENCE)


def information(log_id: str, text: str, said: str) -> Message:
    """A message that is logged when nothing is wrong."""
    return Message(log_id, text, Diagnosis(said), Kind.INFORMATION)


def context(log_id: str | None, text: str, said: str, names: str) -> Message:
    """A message about the host or certificate of other messages."""
    return Message(log_id, text, Diagnosis(said), Kind.CONTEXT, _names(names))


def logged_by(module: str, *messages: Message) -> tuple[Message, ...]:
    """The messages with the module of httpd that logs them."""
    return tuple(replace(message, module=module) for message in messages)


def _names(names: str) -> tuple[str, ...]:
    return tuple("" if name == "_" else name for name in names.split())
