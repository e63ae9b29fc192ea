"""Text in columns and lines of limited width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.report.terminal import pad, printable, width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows with aligned columns."""
    cells = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(map(pad, row, widths)).rstrip() for row in cells]


def wrapped_lines(lines: Iterable[str], columns: int | None) -> Iterator[str]:
    """Indented lines, wrapped. A line with a command is not broken, so that it can be copied."""
    for line in lines:
        indent = len(line) - len(line.lstrip(" "))
        limit = None if "run: " in line else columns
        first, *further = wrapped(line[indent:], limit, first=indent, indent=indent + 4)
        yield line[:indent] + first
        yield from further


def wrapped(text: str, columns: int | None, *, first: int, indent: int) -> list[str]:
    """Printable text in lines of at most ``columns``, broken at spaces.

    ``first`` is the number of columns before the text in the first line. Further lines are indented
    by ``indent``. A longer word is not broken. ``None`` stands for no limit.
    """
    if columns is None or first + width(text) <= columns:
        return [text]
    lines: list[str] = []
    line, used = "", first
    for word in text.split(" "):
        size = width(word)
        if line.strip() and used + 1 + size > columns:
            lines.append(line)
            line, used = " " * indent + word, indent + size
        elif line or lines:
            line, used = f"{line} {word}", used + 1 + size
        else:
            line, used = word, first + size
    return [*lines, line]
