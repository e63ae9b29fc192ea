"""Reads JSON in pieces, so that a document may be larger than the memory."""

from __future__ import annotations

import codecs
import json
import re
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Bytes that are read at once: most documents are smaller.
_PIECE = 1 << 18
# Characters of one value. A finding that names 100,000 hosts has 10 million.
_LONGEST = 1 << 26
_SPACE = re.compile(r"[ \t\n\r]*")


class JSONStreamError(Exception):
    """The text is not the expected JSON; ``line`` and ``column`` start at 1."""

    def __init__(self, text: str, line: int, column: int) -> None:
        super().__init__(text)
        self.text, self.line, self.column = text, line, column


class JSONStream:
    """The values of a JSON text, decoded one by one.

    ``read`` returns up to a number of bytes, and none at the end. All methods raise
    `JSONStreamError`.
    """

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._bytes = codecs.getincrementaldecoder("utf-8-sig")()
        self._text = ""
        self._at = 0
        self._ended = False
        # The place of an index of the text; places before it are not needed any more.
        self._known, self._line, self._column = 0, 1, 1

    def next(self) -> str:
        """The next character that is not white space; an empty string at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def take(self, *expected: str) -> str:
        """The next character, which must be one of ``expected``."""
        found = self.next()
        if found not in expected or not found:
            self.fail(f"expected {' or '.join(expected)}, found {found or 'the end of the file'}")
        self._at += 1
        return found

    def place(self) -> tuple[int, int]:
        """Line and column of the next value."""
        self.next()
        self._line, self._column = self._place(self._at)
        self._known = self._at
        return self._line, self._column

    def value(self) -> object:
        """The next value."""
        self.next()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except RecursionError:
                self.fail("nested too deeply")
            except json.JSONDecodeError as error:
                if self._more():
                    continue
                self.fail(_described(error), error.pos)
            except ValueError as error:
                self.fail(str(error))
            # A number may go on in the next piece, as 1 in 1e+5.
            if end + len("e+5") <= len(self._text) or not self._more():
                self._at = end
                return value

    def members(self) -> Iterator[str]:
        """The names in an object; the caller reads each value before the next name."""
        self.take("{")
        if self.next() == "}":
            self.take("}")
            return
        while True:
            if self.next() != '"':
                self.fail("expected a name in double quotes")
            name = str(self.value())
            self.take(":")
            yield name
            # The caller is past the value.
            if self.take(",", "}") == "}":
                return

    def elements(self) -> Iterator[None]:
        """One for each element of an array, which the caller reads before the next one."""
        self.take("[")
        if self.next() == "]":
            self.take("]")
            return
        while True:
            yield
            if self.take(",", "]") == "]":
                return

    def fail(self, text: str, at: int | None = None) -> NoReturn:
        """Raise an error at the next value, or at an index of the text."""
        raise JSONStreamError(text, *self._place(self._at if at is None else at))

    def _more(self) -> bool:
        """Read a piece, twice as much as is left of the text; false at the end."""
        if self._ended:
            return False
        rest = self._text[self._at :]
        if len(rest) > _LONGEST:
            self.fail(f"a value has more than {_LONGEST:,} characters")
        data = self._read(max(_PIECE, len(rest)))
        self._ended = not data
        try:
            more = self._bytes.decode(data, final=self._ended)
        except UnicodeDecodeError as error:
            self._text += error.object[: error.start].decode()
            self.fail("not UTF-8", len(self._text))
        if self._ended:
            return False
        self._line, self._column = self._place(self._at)
        self._text, self._at, self._known = rest + more, 0, 0
        return True

    def _place(self, at: int) -> tuple[int, int]:
        lines = self._text.count("\n", self._known, at)
        if not lines:
            return self._line, self._column + at - self._known
        return self._line + lines, at - self._text.rfind("\n", 0, at)


def _described(error: json.JSONDecodeError) -> str:
    if error.pos >= len(error.doc):
        return "the file ends early"
    return f"not JSON: {error.msg[:1].lower()}{error.msg[1:]}"


def _reject(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number in JSON")


_DECODER = json.JSONDecoder(parse_constant=_reject)
