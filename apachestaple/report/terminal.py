"""What can be printed where: colour, columns, bytes that are no text, paths that are short."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import IO


@dataclass(frozen=True, slots=True)
class Paint:
    """Colours text, or leaves it as it is."""

    colour: bool = False

    def __call__(self, text: str, *styles: str) -> str:
        if not self.colour or not text:
            return text
        from rich.style import Style  # noqa: PLC0415  (50 ms, and a pipe has no colours)

        return Style.parse(" ".join(styles)).render(text)


def paint_for(stream: IO[str] | None) -> Paint:
    """Colours where ``stream`` is a terminal that has them, and nobody asked for none."""
    if stream is None or not stream.isatty():
        return Paint()
    from rich.console import Console  # noqa: PLC0415  (likewise)

    console = Console(file=stream)
    return Paint(console.color_system is not None and not console.no_color)


def printable(text: str) -> str:
    """The text on one line, with U+FFFD for what is no character or would steer a terminal."""
    if text.isprintable():
        return text
    return "".join(map(_printable, text))


def _printable(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character.isspace() else "\ufffd"


def width(text: str) -> int:
    """Number of terminal columns that printable text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415  (likewise)

    return cell_len(text)


def pad(text: str, columns: int) -> str:
    """The text with spaces up to that many columns."""
    return text + " " * (columns - width(text))


def short(path: str, folder: str | None = None) -> str:
    """The path from the working folder (or ``folder``) on, where it lies below it."""
    if folder is None:
        try:
            folder = os.getcwd()
        except OSError:
            return path
    inside = folder.rstrip("/") + "/"
    return path.removeprefix(inside) if path != inside else path


def emit(text: str, file: str | None = None, *, exact: bool = False) -> None:
    """Write to standard output, or to ``file``.

    Where the text is ``exact``, bytes that are no UTF-8 are written as they were read; else the
    terminal's encoding decides, with ``?`` for what it lacks. A reader that has gone away is no
    trouble.

    Raises:
        OSError: it cannot be written.

    """
    if file is not None:
        from apachestaple.filesystem.replacing import replace_file  # noqa: PLC0415  (few do)

        replace_file(file, text.encode("utf-8", "surrogateescape"))
        return
    stream = sys.stdout
    if stream is None:
        return
    encoding = "utf-8" if exact else stream.encoding or "utf-8"
    data = text.encode(encoding, "surrogateescape" if exact else "replace")
    try:
        stream.flush()
        stream.buffer.write(data)
        stream.buffer.flush()
    except BrokenPipeError:
        # Nobody reads on; what is still buffered must not raise again when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
