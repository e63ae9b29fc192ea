"""What a message of httpd is: its number, its words, and what they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum, auto

from apachestaple.lazy import lazy

_CONVERSION = re.compile(r"%0?[0-9]*l?([sdux])")
_WRITTEN = {"s": ".*?", "d": "-?[0-9]+", "u": "[0-9]+", "x": "[0-9a-f]+"}


class Kind(Enum):
    """What a line with the message tells."""

    FAULT = auto()
    """What is wrong."""
    FOLLOWS = auto()
    """That something went wrong; a line of the same thread before it says what."""
    ORDINARY = auto()
    """How stapling goes on, at LogLevel info or debug."""
    CONTEXT = auto()
    """Nothing about stapling, but which host or certificate the lines around it are about."""


@dataclass(frozen=True, eq=False)
class Message:
    """A message of httpd.

    Attributes:
        log_id: its number, ``AH02218``; ``None`` for those of mod_md that have none.
        text: httpd's format string, as it stands in the module.
        meaning: what it says in plain words; ``{name}`` is what httpd has put in.
        kind: what it tells.
        names: for each conversion of ``text`` what it stands for, ``""`` where nobody asks.
        repair: what to do about it.
        rules: codes of the rules that predict it, the likeliest first.
        function: where httpd logs it, ``ssl_util_stapling.c``.

    """

    log_id: str | None
    text: str
    meaning: str
    kind: Kind = Kind.ORDINARY
    names: tuple[str, ...] = ()
    repair: str = ""
    rules: tuple[str, ...] = ()
    function: str = ""

    @lazy
    def head(self) -> bytes:
        """What follows the number in every line with it."""
        return f": {self.text.partition('%')[0]}".encode()

    @lazy
    def pattern(self) -> re.Pattern[str]:
        """Finds what httpd has put in, by name."""
        names = iter(self.names)
        parts = _CONVERSION.split(self.text)
        expression = re.escape(parts[0])
        for conversion, literal in zip(parts[1::2], parts[2::2], strict=True):
            name = next(names, "")
            # A host and its port have no space; what stands before them may.
            written = r"\S+" if name == "responder" else _WRITTEN[conversion]
            expression += f"(?P<{name}>{written})" if name else written
            expression += re.escape(literal)
        return re.compile(expression, re.DOTALL)

    def values(self, text: str) -> dict[str, str]:
        """What httpd has put into ``text``; nothing where that is cut off."""
        found = self.pattern.fullmatch(text)
        return {name: value or "" for name, value in found.groupdict().items()} if found else {}


def fault(
    log_id: str | None, text: str, meaning: str, repair: str, *rules: str, names: str = ""
) -> Message:
    """A message that says what is wrong; ``names`` are separated by spaces, ``_`` for none."""
    return Message(log_id, text, meaning, Kind.FAULT, _names(names), repair, rules)


def follows(
    log_id: str, text: str, meaning: str, repair: str = "", *rules: str, names: str = ""
) -> Message:
    """A message that follows from another."""
    return Message(log_id, text, meaning, Kind.FOLLOWS, _names(names), repair, rules)


def ordinary(log_id: str, text: str, meaning: str) -> Message:
    """A message without a fault."""
    return Message(log_id, text, meaning)


def context(log_id: str, text: str, meaning: str, names: str) -> Message:
    """A message that tells what others are about."""
    return Message(log_id, text, meaning, Kind.CONTEXT, _names(names))


def logged_in(function: str, *messages: Message) -> tuple[Message, ...]:
    """The messages, which one source file of httpd has."""
    return tuple(replace(message, function=function) for message in messages)


def _names(names: str) -> tuple[str, ...]:
    return tuple("" if name == "_" else name for name in names.split())
