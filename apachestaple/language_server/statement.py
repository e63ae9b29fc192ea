"""The directive at a position in the text of a file, whether it is in effect or not.

Positions are those of an editor: lines and columns count from 0, and columns are characters.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.httpd.syntax import logical_lines
from apachestaple.httpd.words import WHITE_SPACE, first_word, lower, next_word, word_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.httpd.syntax import LogicalLines

_VARIABLE = re.compile(r"\$\{([^{}]+)\}")


class Position(NamedTuple):
    """A position between two characters."""

    line: int
    column: int


class Span(NamedTuple):
    """A range of characters; ``end`` is exclusive."""

    start: Position
    end: Position


class Word(NamedTuple):
    """A word without its quotes, and its range with them."""

    text: str
    span: Span


class Statement(NamedTuple):
    """A directive, or the opening line of a section.

    Attributes:
        number: the index of its logical line in the file.
        words: its name and arguments; of a section, without the closing ``>``.
        at: the index of the word at the position; of the one that would start there, if there is
            none.
        here: the word at the position, or an empty one.
        variable: the name of the variable ``${NAME}`` at the position, or ``""``.

    """

    number: int
    words: tuple[Word, ...]
    at: int
    here: Word
    variable: str

    @property
    def key(self) -> str:
        """Its name in lower case; ``""`` on a blank line."""
        return lower(self.words[0].text) if self.words else ""

    @property
    def arguments(self) -> list[str]:
        return [word.text for word in self.words[1:]]

    @property
    def span(self) -> Span:
        """From the first to the last word."""
        return Span(self.words[0].span.start, self.words[-1].span.end) if self.words else NOWHERE


NOWHERE = Span(Position(0, 0), Position(0, 0))


def statement_at(text: str, position: Position) -> Statement | None:
    """The statement at a position; ``None`` in a comment and outside of the text."""
    lines = logical_lines(text)
    index = _index(lines, position.line + 1)
    if index is None or lines.text[index].lstrip(WHITE_SPACE).startswith("#"):
        return None
    first, last = lines.first_line(index), lines.last_line(index)
    written = _Written(first - 1, text.split("\n")[first - 1 : last])
    return written.statement(index, position)


def sections_around(text: str, index: int) -> list[str]:
    """The keys of the sections that are open before a logical line, such as ``<virtualhost``."""
    opened: list[str] = []
    number: Counter[str] = Counter()
    for line in logical_lines(text).text[:index]:
        stripped = line.lstrip(WHITE_SPACE)
        if not stripped.startswith(("<", '"<', "'<")):
            continue
        key = lower(next_word(stripped)[0]).removesuffix(">")
        if not key.startswith("</"):
            opened.append(key)
            number[key] += 1
            continue
        key = f"<{key[2:]}"
        closed = "" if number[key] else key
        while closed != key:
            # A section without an end is closed with the one around it.
            closed = opened.pop()
            number[closed] -= 1
    return opened


def _index(lines: LogicalLines, line: int) -> int | None:
    """The index of the logical line with a physical one, whose number counts from 1."""
    if lines.are_physical:
        return line - 1 if 0 < line <= len(lines.text) else None
    found = bisect_right(range(len(lines.text)), line, key=lines.first_line) - 1
    return found if found >= 0 and line <= lines.last_line(found) else None


class _Written:
    """A logical line as it is written on its physical lines."""

    def __init__(self, first: int, lines: Sequence[str]) -> None:
        *continued, last = [line.removesuffix("\r") for line in lines]
        pieces = [*(line.removesuffix("\\") for line in continued), last]
        self._first = first
        self._text = "".join(pieces)
        # Where each physical line starts in the text.
        self._starts = [0, *accumulate(map(len, pieces))][: len(pieces)]

    def statement(self, index: int, position: Position) -> Statement:
        offset = min(self._starts[position.line - self._first] + position.column, len(self._text))
        words = tuple(self._words())
        before = [word for word in words if word.span.end < self._position(offset)]
        at = len(before)
        place = self._position(offset)
        touches = at < len(words) and words[at].span.start <= place
        here = words[at] if touches else Word("", Span(place, place))
        found = (
            each[1]
            for each in _VARIABLE.finditer(self._text)
            if each.start() <= offset < each.end()
        )
        return Statement(index, words, at, here, next(found, ""))

    def _words(self) -> list[Word]:
        text = self._text.rstrip(WHITE_SPACE)
        if text.lstrip(WHITE_SPACE).startswith("<") and ">" in text:
            text = text.rpartition(">")[0]
        return [
            Word(first_word(text[start:end]), Span(self._position(start), self._position(end)))
            for start, end in word_spans(text)
        ]

    def _position(self, offset: int) -> Position:
        number = bisect_right(self._starts, offset) - 1
        return Position(self._first + number, offset - self._starts[number])
