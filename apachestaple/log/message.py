"""What a message of httpd is: its number, its words, and what they mean."""

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

# A value that is longer is cut: no host, path or URL of a working server has this many characters.
_LONGEST_VALUE = 1000


class Kind(Enum):
    """What a line with the message tells."""

    PROBLEM = auto()
    """What went wrong."""
    CONSEQUENCE = auto()
    """That something went wrong; a line of the same thread before it says what."""
    INFORMATION = auto()
    """What stapling does when nothing is wrong, at LogLevel info or debug."""
    CONTEXT = auto()
    """Nothing about stapling, but what the lines around it are about."""


@dataclass(frozen=True, eq=False)
class Message:
    """A message of httpd.

    Attributes:
        log_id: its number, ``AH02218``; ``None`` for those that have none.
        text: httpd's format string, as it stands in the module.
        diagnosis: what it means, without the facts of a line.
        kind: what it tells.
        names: for each conversion of ``text`` the name of the fact, ``""`` where it is not used.
        module: which module logs it, as httpd writes it into the line: ``ssl`` of ``[ssl:error]``.

    """

    log_id: str | None
    text: str
    diagnosis: Diagnosis
    kind: Kind
    names: tuple[str, ...] = ()
    module: str = ""

    @lazy
    def head(self) -> bytes:
        """What each line with the message has before the first conversion."""
        return self.text.partition("%")[0].encode()

    @lazy
    def _pattern(self) -> re.Pattern[str]:
        return pattern(self.text, self.names)

    def values(self, text: str) -> dict[str, str] | None:
        """What httpd has put into ``text``, by name; ``None`` where its end is cut off."""
        found = self._pattern.match(text)
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
    """A message that says what went wrong; ``names`` are separated by spaces, ``_`` for none."""
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
    """A message that tells what others are about."""
    return Message(log_id, text, Diagnosis(said), Kind.CONTEXT, _names(names))


def logged_by(module: str, *messages: Message) -> tuple[Message, ...]:
    """The messages, which one module of httpd logs."""
    return tuple(replace(message, module=module) for message in messages)


def _names(names: str) -> tuple[str, ...]:
    return tuple("" if name == "_" else name for name in names.split())
