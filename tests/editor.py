"""A file in an editor: the position of the cursor in its text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.discovery.locate import locate
from apachestaple.httpd.layout import Options
from apachestaple.language_server.statement import Position
from apachestaple.mod_ssl.reading import read_site

if TYPE_CHECKING:
    from pathlib import Path

    from apachestaple.mod_ssl.site import Site

CURSOR = "¦"


def cursor(text: str) -> tuple[str, Position]:
    """The text without `CURSOR`, and where that was."""
    before, _, after = text.partition(CURSOR)
    return before + after, position_after(before)


def position_after(text: str) -> Position:
    """The position at the end of a text."""
    return Position(text.count("\n"), len(text) - (text.rfind("\n") + 1))


def at(text: str, marked: str) -> Position:
    """The position of `CURSOR` in ``marked``, which is in the text once without it."""
    before, _, after = marked.partition(CURSOR)
    assert text.count(before + after) == 1, marked
    return position_after(text[: text.index(before + after) + len(before)])


def site_of(main_file: Path) -> Site:
    """The site that httpd reads from a main file."""
    return read_site(locate(str(main_file), Options()))
