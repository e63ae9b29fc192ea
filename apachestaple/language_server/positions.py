"""Positions in the units of the protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from apachestaple.httpd.configuration import Place
    from apachestaple.httpd.source_file import SourceFile

# Codec and bytes of a unit.
_UNITS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2)}


@dataclass(frozen=True)
class Encoding:
    """The unit in which the columns of the protocol are counted; code points for UTF-32."""

    name: str = "utf-16"

    def units(self, text: str) -> int:
        """The number of units of a text."""
        if self.name not in _UNITS or text.isascii():
            return len(text)
        codec, size = _UNITS[self.name]
        return len(text.encode(codec, "surrogatepass")) // size

    def code_points(self, line: str, units: int) -> int:
        """The number of characters before a column; that of the line if it is behind its end."""
        if line.isascii() or self.name not in _UNITS:
            return min(max(units, 0), len(line))
        for index, character in enumerate(line):
            if units <= 0:
                return index
            units -= self.units(character)
        return len(line)

    def range(self, place: Place, file: SourceFile | None) -> types.Range:
        """The range of a place; without its ``file``, only the lines are known."""
        if file is None:
            start = types.Position(place.line - 1, 0)
            return types.Range(start, start)
        first, last = file.physical_line(place.line), file.physical_line(place.end_line)
        start = types.Position(place.line - 1, self.units(first[: place.column - 1]))
        end = types.Position(place.end_line - 1, self.units(last[: place.end_column - 1]))
        return types.Range(start, max(start, end))


def lines_range(first: int, after: int) -> types.Range:
    """The range from line ``first`` to the start of line ``after``; lines count from 1."""
    return types.Range(types.Position(first - 1, 0), types.Position(after - 1, 0))
