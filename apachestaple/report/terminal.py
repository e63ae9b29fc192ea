"""What can be printed where: colour, columns, bytes that are no text, paths that are short."""

from __future__ import annotations

import os
import sys
import unicodedata
from dataclasses import dataclass
from typing import IO

_CODES = {"bold": "1", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}


@dataclass(frozen=True, slots=True)
class Paint:
    """Colours text, or leaves it as it is."""

    colour: bool = False

    def __call__(self, text: str, *styles: str) -> str:
        if not self.colour or not text:
            return text
        codes = ";".join(_CODES[style] for style in styles)
        return f"\x1b[{codes}m{text}\x1b[0m"


def paint_for(stream: IO[str] | None) -> Paint:
    """Colours where ``stream`` is a terminal that has them, and nobody asked for none."""
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Paint(wanted and stream is not None and stream.isatty())


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
    return sum(_character_width(character) for character in text)


def _character_width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


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
        with open(file, "wb") as output:
            output.write(text.encode("utf-8", "surrogateescape"))
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
