"""The text of a file: its logical lines, as httpd reads them, and its lossless tree.

httpd reads lines, not trees: nesting is decided line by line, by variables, macros and conditions
(server/config.c, ap_build_config_sub). Therefore the reader works on `logical_lines`. The tree of
apacheconfig's writable nodes is made of the same lines, for edits. It nests sections that can be
paired by their text; all other lines are leaves. Every byte of the file is in exactly one node.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

from apachestaple.httpd.words import WHITE_SPACE, lower, next_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LONGEST_CACHED = 1000
_NAME = re.compile(rf"[^{WHITE_SPACE}]*")
# apacheconfig builds and writes blocks recursively, so deeper sections are not nested.
_DEEPEST_BLOCK = 100


class LogicalLines:
    """The logical lines of a file, with continuations joined.

    ``text[i]`` is a line without surrounding white space and line ending; comments are included.
    ``first_line(i)`` is the number of its first physical line, ``last_line(i)`` that of its last,
    which httpd uses. Numbers start at 1.
    """

    __slots__ = ("_first", "_last", "text")

    def __init__(
        self, text: list[str], first: list[int] | None = None, last: list[int] | None = None
    ) -> None:
        self.text = text
        self._first = first
        self._last = last

    @property
    def are_physical(self) -> bool:
        """Whether each one is a physical line: none is continued, and none ends at a NUL."""
        return self._first is None

    def first_line(self, index: int) -> int:
        return index + 1 if self._first is None else self._first[index]

    def last_line(self, index: int) -> int:
        return index + 1 if self._last is None else self._last[index]


def logical_lines(text: str) -> LogicalLines:
    """Split a file as ap_cfg_getline does (server/util.c)."""
    if _has_only_plain_lines(text):
        return LogicalLines(text.split("\n"))
    joined: list[str] = []
    first: list[int] = []
    last: list[int] = []
    for line in _raw_lines(text):
        joined.append(line.joined)
        first.append(line.first)
        last.append(line.last)
    return LogicalLines(joined, first, last)


def _has_only_plain_lines(text: str) -> bool:
    """Whether each logical line is a physical line: none is continued, and none ends at a NUL."""
    # Most files have no backslash, and searching for a single character is fastest.
    continued = "\\" in text and ("\\\n" in text or "\\\r\n" in text)
    return not continued and "\0" not in text


@lru_cache(maxsize=4)
def untrimmed_lines(text: str) -> list[str]:
    """The logical lines with surrounding white space."""
    return [line.joined for line in _raw_lines(text)]


@lru_cache(maxsize=4)
def buffer_sizes(text: str) -> list[int]:
    """The bytes of each logical line in httpd's buffer, at most, with the line ending."""
    return [_buffer_size(line.raw) for line in _raw_lines(text)]


def _buffer_size(raw: str) -> int:
    size = largest = 0
    for piece in raw.removesuffix("\n").split("\n"):
        size += len(piece.encode("utf-8", "surrogateescape")) + 1
        largest = max(largest, size)
        # The backslash is removed before the next piece is read.
        size -= 3 if piece.endswith("\\\r") else 2
    return largest


class _RawLine(NamedTuple):
    """A logical line as it is in the file, with line endings and continuations.

    ``joined`` is the line in httpd before trimming; ``continued`` is the number of line endings
    that are continuations.
    """

    raw: str
    joined: str
    first: int
    last: int
    continued: int


def _raw_lines(text: str) -> Iterator[_RawLine]:
    """Source: server/util.c, ap_cfg_getline_core."""
    if _has_only_plain_lines(text):
        *lines, rest = text.split("\n")
        new = tuple.__new__
        for number, line in enumerate(lines, 1):
            # Twice as fast as a call of _RawLine.
            yield new(_RawLine, (f"{line}\n", line, number, number, 0))
        if rest:
            number = len(lines) + 1
            yield _RawLine(rest, rest, number, number, 0)
        return
    start = position = 0
    number = first = 1
    # The content of httpd's buffer.
    parts: list[str] = []
    while position < len(text):
        newline = text.find("\n", position)
        end = len(text) if newline < 0 else newline + 1
        piece = text[position:end]
        position = end
        parts.append(piece.removesuffix("\n"))
        if "\0" in piece:
            # The line ends at the NUL, and httpd does not see the line ending.
            parts[-1] = piece.split("\0", 1)[0]
        elif newline >= 0 and _chop_continuation(parts):
            number += 1
            if end < len(text):
                continue
            # httpd counts reading the end of the file as a line, too.
            yield _RawLine(text[start:end], "".join(parts), first, number, number - first)
            return
        yield _RawLine(text[start:end], "".join(parts), first, number, number - first)
        start = end
        number += 1
        first = number
        parts = []


def _chop_continuation(parts: list[str]) -> bool:
    """Remove a backslash, and a CR after it, from the end of the buffer.

    httpd checks the whole buffer: of two backslashes, the remaining one continues the line again if
    nothing was added after it.
    """
    carriage_return = _chop(parts, "\r")
    if _chop(parts, "\\"):
        return True
    if carriage_return:
        parts.append("\r")
    return False


def without_continuation(line: str) -> tuple[str, bool]:
    """A line without the backslash at its end, and whether there was none."""
    parts = [line]
    continued = _chop_continuation(parts)
    return "".join(parts), not continued


def _chop(parts: list[str], character: str) -> bool:
    while parts and not parts[-1]:
        parts.pop()
    if not parts or not parts[-1].endswith(character):
        return False
    parts[-1] = parts[-1][:-1]
    return True


class Token(str):
    """A piece of a file's text with the number of its first physical line."""

    __slots__ = ("line",)
    line: int

    @classmethod
    def at(cls, text: str, line: int) -> Token:
        token = cls(text)
        token.line = line
        return token


class Node(Protocol):
    """The common attributes of apacheconfig's LeafNode and BlockNode."""

    whitespace: str
    typestring: str

    def dump(self) -> str: ...


class Nodes(Protocol):
    """An ordered list of nodes: apacheconfig's ListNode, or a BlockNode with its content."""

    trailing_whitespace: str

    def add(self, index: int, raw_str: str) -> Node: ...
    def remove(self, index: int) -> Node: ...
    def dump(self) -> str: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Node]: ...


def tree(text: str) -> Nodes:
    """The writable tree of a file. ``tree(text).dump() == text`` for any text."""
    from apacheconfig import ApacheConfigWritableLoader  # noqa: PLC0415  (20 ms)

    nodes: Nodes = ApacheConfigWritableLoader(Parser()).loads(text)
    return nodes


class Parser:
    """httpd's line grammar with the interface that apacheconfig's loader expects of a parser."""

    def parse(self, text: str) -> list[object]:
        """``text`` as apacheconfig's nested lists: contents, block, statement and comment."""
        # Each new line is parsed twice, and many hosts get the same.
        is_line = len(text) < _LONGEST_CACHED and text.rfind("\n") <= 0
        return _parsed_line(text) if is_line else _parsed(text)


def _parsed(text: str) -> list[object]:
    lines = list(_raw_lines(text))
    contents = _Nesting(lines).contents(0, len(lines))
    # ListNode rejects an empty list; an empty comment writes nothing.
    return ["contents", *(contents or [["comment", ""]])]


_parsed_line = lru_cache(maxsize=64)(_parsed)


class _Nesting:
    """Turns lines into nested lists. White space before a line belongs to the line's node."""

    def __init__(self, lines: list[_RawLine]) -> None:
        self._lines = lines
        self._closing = _pairs(lines)
        self._space = ""

    def contents(self, start: int, end: int) -> list[object]:
        """The nodes of the lines from ``start`` to ``end``, and the white space after them."""
        nodes: list[object] = []
        index = start
        while index < end:
            closing = self._closing.get(index)
            if closing is None:
                line = self._lines[index]
                self._leaf(nodes, line.raw, line.first, line.continued)
                index += 1
            else:
                self._block(nodes, index, closing)
                index = closing + 1
        if start == 0 and end == len(self._lines) and self._space:
            nodes.append(self._take_space())
        return nodes

    def _leaf(self, nodes: list[object], raw: str, line: int, continued: int = 0) -> None:
        before, kind, name, value, after = _pieces(raw, continued)
        space = self._space + before
        if not kind:
            self._space = space + after
            return
        self._space = after
        named = Token(name)
        named.line = line
        nodes.append([kind, space, named, *value] if space else [kind, named, *value])

    def _block(self, nodes: list[object], opening: int, closing: int) -> None:
        line = self._lines[opening]
        before, padding, pieces, after = _opening(line.raw, line.continued)
        self._space += before
        name = Token.at(pieces[0], line.first)
        block: list[object] = ["block", *self._take_space_if_any(), (*padding, name, *pieces[1:])]
        inner: list[object] = []
        self._leaf(inner, after, line.first)
        inner += self.contents(opening + 1, closing)

        line = self._lines[closing]
        before, tag, after = _closing(line.raw)
        self._space += before
        inner += self._take_space_if_any()
        block += [["contents", *inner], Token.at(tag, line.first)]
        nodes.append(block)
        self._leaf(nodes, after, line.first)

    def _take_space(self) -> str:
        space, self._space = self._space, ""
        return space

    def _take_space_if_any(self) -> list[str]:
        return [self._take_space()] if self._space else []


def _pairs(lines: list[_RawLine]) -> dict[int, int]:
    """The index of the closing line of each section that can be a block."""
    pairs: dict[int, int] = {}
    open_sections: list[tuple[int, str]] = []
    for index, line in enumerate(lines):
        if "<" not in line.joined:
            continue
        mark, name = _section(line.raw, line.joined)
        if mark == "<":
            open_sections.append((index, name))
        elif mark == "</":
            farthest = max(len(open_sections) - _DEEPEST_BLOCK, 0)
            for depth in range(len(open_sections) - 1, farthest - 1, -1):
                if open_sections[depth][1] == name:
                    if depth < _DEEPEST_BLOCK:
                        pairs[open_sections[depth][0]] = index
                    del open_sections[depth:]
                    break
    return pairs


# Cached like `_pieces`.
@lru_cache(maxsize=1024)
def _section(raw: str, joined: str) -> tuple[str, str]:
    """``<`` or ``</`` and the name of a section, if the line can open or close a block."""
    text, body = joined.strip(WHITE_SPACE), raw.strip(WHITE_SPACE)
    word, _ = next_word(text)
    if not text.startswith("<"):
        return "", ""
    if not word.startswith("</"):
        tag = body[1 : max(body.rfind(">"), 1)]
        opens = body.startswith("<") and tag.strip(WHITE_SPACE)
        return ("<", lower(word[1:].removesuffix(">"))) if opens else ("", "")
    closes = word.endswith(">") and body.startswith(word) and ">" not in word[:-1]
    return ("</", lower(word[2:-1])) if closes else ("", "")


# Cached, because the hosts of a server have many lines in common.
@lru_cache(maxsize=1024)
def _pieces(raw: str, continued: int) -> tuple[str, str, str, Sequence[str], str]:
    """White space before; kind and name; white space and value; white space after."""
    before, body, after = _trimmed(raw, continued)
    if not body:
        return before, "", "", (), after
    if body.startswith("#"):
        return before, "comment", body, (), after
    name, *value = _name_and_value(body)
    return before, "statement", name, value, after


@lru_cache(maxsize=1024)
def _opening(raw: str, continued: int) -> tuple[str, Sequence[str], Sequence[str], str]:
    """White space before; white space after ``<``; name, white space and value; the text after."""
    before, body, after = _trimmed(raw, continued)
    bracket = body.rindex(">")
    inside, _, _ = _trimmed(body[1:bracket])
    pieces = _name_and_value(body[1 + len(inside) : bracket])
    return before, [inside] if inside else [], pieces, body[bracket + 1 :] + after


@lru_cache(maxsize=1024)
def _closing(raw: str) -> tuple[str, str, str]:
    """White space before, the name, and the text after ``>``."""
    before, body, after = _trimmed(raw)
    bracket = body.index(">")
    return before, body[2:bracket], body[bracket + 1 :] + after


def _trimmed(raw: str, continued: int = 0) -> tuple[str, str, str]:
    """White space before, the text, white space after.

    A line ending of a continuation is part of the text, because nothing may come between it and its
    backslash; ``continued`` is the number of these.
    """
    body = raw.strip(WHITE_SPACE)
    start = raw.index(body) if body else len(raw)
    end = start + len(body)
    if continued:
        while continued > raw.count("\n", 0, end) and "\n" in raw[end:]:
            end = raw.index("\n", end) + 1
    return raw[:start], raw[start:end], raw[end:]


def _name_and_value(body: str) -> list[str]:
    """Name, white space and value, or only the name."""
    name = _NAME.match(body)[0]  # type: ignore[index]  # it matches any text
    if len(name) == len(body):
        return [body]
    value = body[len(name) :].lstrip(WHITE_SPACE)
    return [name, body[len(name) : len(body) - len(value)], value]
