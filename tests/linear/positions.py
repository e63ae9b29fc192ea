"""Rows of the language server: hover, completion and definition at the end of a text."""

from __future__ import annotations

from pathlib import Path

from apachestaple.language_server.completion import completions
from apachestaple.language_server.definition import definitions
from apachestaple.language_server.hover import Known, hover
from apachestaple.language_server.markup import Markdown
from tests.editor import position_after, site_of

from .configurations import FOLDER
from .row import Row

_MAIN = Path(FOLDER.name, "positions.conf")


def asked(text: str) -> object:
    """The answers at the end of a text, which is not saved."""
    if not _MAIN.exists():
        _MAIN.write_text("ServerRoot /x\nDefine name value\n")
    site, position = site_of(_MAIN), position_after(text)
    return (
        hover(text, str(_MAIN), position, Known(site, {}), Markdown()),
        completions(text, str(_MAIN), position, site),
        definitions(text, str(_MAIN), position, site),
    )


ROWS = [
    Row("open sections that others close", lambda n: "<a>\n" * n + "</b>\n" * n, asked),
    Row("sections, opened and closed", lambda n: "<a>\n<b>\n</a>\n" * n, asked),
    Row("a position in a long line", lambda n: "SSLUseStapling " + "a " * n, asked),
    Row("a position in a line of variables", lambda n: "Include ${" + "${a" * n, asked),
    Row("a position in a continued line", lambda n: "SSLUseStapling \\\n" * n, asked),
    Row("a position behind quotes", lambda n: "SSLUseStapling " + '"\\' * n, asked),
]
