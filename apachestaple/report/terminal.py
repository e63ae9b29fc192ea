"""Output: colours, links, escapes, short paths.

Texts come from files, certificates and servers, and may be hostile. `printable` escapes characters
for a person, and `without_commands` escapes commands for CI runners.
"""

from __future__ import annotations

import os
import sys
from typing import IO, TYPE_CHECKING, NamedTuple, TextIO

from apachestaple.lazy import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

# Characters without width that str.isprintable() accepts: fillers, variation selectors and joiners
# (Default_Ignorable_Code_Point of Unicode 15), and the blank of Braille.
_INVISIBLE = pattern(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Commands for CI runners: for GitHub and Gitea at the start of a line, in the form "::name
# parameters::text"; for Azure Pipelines and TeamCity anywhere, as "##vso[" or "##name[".
_COLONS = pattern(r"(?m)(^[^\S\n]*:|:(?=:[A-Za-z][\w-]*(?:\s[^\n]*?)?::)):")
_HASHES = pattern(r"##(?=\w*\[)")
_ESCAPES = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


class Paint(NamedTuple):
    """Colours and links text, or returns it unchanged."""

    colour: bool = False
    links: bool = False

    def __call__(self, text: str, *styles: str) -> str:
        if not self.colour or not text:
            return text
        from rich.style import Style  # noqa: PLC0415  (50 ms, and a pipe has no colours)

        return Style.parse(" ".join(styles)).render(text)

    def link(self, shown: str, url: str) -> str:
        """Text that a terminal shows as a link (OSC 8)."""
        if not self.links:
            return shown
        return f"\x1b]8;;{url}\x1b\\{shown}\x1b]8;;\x1b\\"


def paint_for(stream: IO[str] | None, when: str = "auto") -> Paint:
    """The colours and links for ``stream``.

    ``when`` is ``auto``, ``always`` or ``never``. With ``auto``, a terminal with colours gets them,
    and any stream if the variable FORCE_COLOR is set, but none if NO_COLOR is set.
    """
    shown = is_terminal(stream)
    if stream is None or when == "never":
        return Paint()
    if when == "always":
        return Paint(colour=True, links=shown)
    if os.environ.get("NO_COLOR") or not (shown or os.environ.get("FORCE_COLOR")):
        return Paint()
    from rich.console import Console  # noqa: PLC0415  (likewise)

    has_colours = Console(file=stream).color_system is not None
    return Paint(has_colours, links=has_colours and shown)


def columns_of(stream: IO[str] | None) -> int | None:
    """The width of a terminal in columns; ``None`` if ``stream`` is not a terminal."""
    if not is_terminal(stream):
        return None
    import shutil  # noqa: PLC0415  (only for terminals)

    return shutil.get_terminal_size().columns


def is_terminal(stream: IO[str] | None) -> bool:
    """Whether a person reads ``stream``, and not another program."""
    return stream is not None and stream.isatty()


def printable(text: str) -> str:
    """The text on one line, with escapes for characters that are invisible or control a terminal.

    These are control, bidirectional and invisible characters, and bytes that are not UTF-8.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_printable, text))


def _printable(character: str) -> str:
    import unicodedata  # noqa: PLC0415  (most texts need none of it)

    if character.isprintable() and not _INVISIBLE().match(character):
        return character
    number = ord(character)
    if 0xDC80 <= number <= 0xDCFF:
        # A byte that is not UTF-8 (surrogateescape).
        number -= 0xDC00
    elif unicodedata.category(character) == "Zs":
        return " "
    if number > 0xFFFF:
        return f"\\U{number:08x}"
    return _ESCAPES.get(character) or (f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}")


def without_commands(text: str) -> str:
    """Escape commands for CI runners in the lines.

    The escapes are also valid in JSON, with the same meaning.
    """
    if "::" not in text and "##" not in text:
        return text
    return _HASHES().sub(r"#\\u0023", _COLONS().sub(r"\1\\u003a", text))


def cut(text: str, longest: int = 200) -> str:
    """The first characters of a long text, for people."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def width(text: str) -> int:
    """The number of terminal columns of printable text."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415  (likewise)

    return cell_len(text)


def pad(text: str, columns: int) -> str:
    """The text padded with spaces to a number of columns."""
    return text + " " * (columns - width(text))


def short(path: str, folder: str | None = None) -> str:
    """The path relative to the working folder (or ``folder``), if it is below it."""
    if folder is None:
        try:
            folder = os.getcwd()
        except OSError:
            return path
    inside = folder.rstrip("/") + "/"
    return path.removeprefix(inside) if path != inside else path


def emit(
    text: str, file: str | None = None, *, exact: bool = False, to: TextIO | None = None
) -> None:
    """Write to standard output, to another stream, or to ``file``.

    If the text is ``exact``, the bytes are written as they were read. Otherwise, commands for CI
    runners are escaped, and characters that the terminal's encoding does not have become ``?``. A
    closed pipe is not an error.

    Raises:
        OSError: the output cannot be written.

    """
    emit_pieces([text], file, exact=exact, to=to)


def emit_pieces(
    pieces: Iterable[str],
    file: str | None = None,
    *,
    exact: bool = False,
    to: TextIO | None = None,
) -> None:
    """Write a long text in pieces, which end at line ends, as `emit` does."""
    shown = pieces if exact else map(without_commands, pieces)
    if file is not None:
        from apachestaple.filesystem.replacing import replace_in_pieces  # noqa: PLC0415  (few do)

        replace_in_pieces(file, (piece.encode("utf-8", "surrogateescape") for piece in shown))
        return
    stream = sys.stdout if to is None else to
    if stream is None:
        return
    encoding = "utf-8" if exact else stream.encoding or "utf-8"
    try:
        stream.flush()
        for piece in shown:
            stream.buffer.write(piece.encode(encoding, "surrogateescape" if exact else "replace"))
        stream.buffer.flush()
    except BrokenPipeError:
        # The reader has closed the pipe. Buffered output must not raise again when Python exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
