"""Columns of the tables of the page: compressed, because a page may have a million rows."""

from __future__ import annotations

import zlib
from array import array
from base64 import b64encode
from sys import byteorder
from typing import TYPE_CHECKING, Protocol

from apachestaple.report.terminal import cut, printable, without_commands

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Stands for the name of the row's host, so that texts which contain it are equal for many hosts.
NAME = "\x01"
# Between several values in one cell. Texts contain neither of both, because they are `shown`.
SEPARATOR = "\x02"
# Characters.
_LONGEST = 300


def shown(text: str) -> str:
    """Text for a person, on one line."""
    return without_commands(cut(printable(text), _LONGEST))


class Column(Protocol):
    """A column that is complete."""

    def parts(self) -> Mapping[str, str]:
        """The data of the column; each part is compressed, and encoded as Base64."""


class Texts:
    """A column of texts that are mostly different."""

    def __init__(self) -> None:
        self._compressor = zlib.compressobj()
        self._done: list[bytes] = []

    def add(self, text: str) -> None:
        line = f"{shown(text)}\n".encode("utf-8", "backslashreplace")
        self._done.append(self._compressor.compress(line))
        if len(self._done) > 1000:
            self._done = [b"".join(self._done)]

    def parts(self) -> Mapping[str, str]:
        self._done.append(self._compressor.flush())
        return {"text": b64encode(b"".join(self._done)).decode()}


class Choices:
    """A column of texts of which many are equal; ``values`` are in the table in any case."""

    def __init__(self, *values: str) -> None:
        self._numbers = {value: number for number, value in enumerate(values)}
        self._rows = array("I")

    def add(self, *values: str, name: str = "") -> None:
        """Add a row with a text, or several; ``name`` in it is the name of the row's host."""
        text = SEPARATOR.join(map(_plain, values))
        if name:
            text = text.replace(name, NAME)
        self._rows.append(self._numbers.setdefault(text, len(self._numbers)))

    def parts(self) -> Mapping[str, str]:
        return {"table": _compressed(_table(self._numbers)), "rows": _numbers(self._rows)}


def _plain(text: str) -> str:
    """A text of limited length, without `NAME` and `SEPARATOR`."""
    text = text[: 4 * _LONGEST]
    return printable(text) if NAME in text or SEPARATOR in text else text


def _table(texts: Iterable[str]) -> bytes:
    """The texts, one on each line."""
    lines = (
        SEPARATOR.join(NAME.join(map(shown, part.split(NAME))) for part in text.split(SEPARATOR))
        for text in texts
    )
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace")


class Numbers:
    """A column of whole numbers below 2^32."""

    def __init__(self) -> None:
        self._rows = array("I")

    def add(self, number: int) -> None:
        self._rows.append(number)

    def parts(self) -> Mapping[str, str]:
        return {"rows": _numbers(self._rows)}


def _numbers(rows: array[int]) -> str:
    if byteorder == "big":
        rows.byteswap()
    return _compressed(rows.tobytes())


def _compressed(data: bytes) -> str:
    return b64encode(zlib.compress(data, 6)).decode()
