"""Rows of ``fix``: hosts that all need the same edit."""

from __future__ import annotations

import io
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from apachestaple.cli.fix import fix
from apachestaple.cli.options import Common
from apachestaple.fix.editing.compare import changed_lines
from apachestaple.fix.editing.edit import Edit, Where, edited

from .configurations import FOLDER, written
from .row import Row

if TYPE_CHECKING:
    from collections.abc import Sequence

_HOST = "<VirtualHost *:443>\n\tSSLEngine on\n\tSSLUseStapling “on”\n</VirtualHost>\n"
_LINES = _HOST.count("\n")


def equal_texts(size: int) -> tuple[Sequence[str], Sequence[str]]:
    """The lines of many equal hosts, before and after the same edit."""
    old = _HOST.splitlines(keepends=True)
    return old * size, [line.replace("“on”", "off") for line in old] * size


def edits(where: Where, size: int) -> tuple[str, list[Edit]]:
    """A file of many hosts, and the same edit for each."""
    line = 3 if where in (Where.REPLACE, Where.REMOVE) else 1
    lines = [line + number * _LINES for number in range(size)]
    return _HOST * size, [Edit("f", each, where, ("SSLUseStapling off",), "") for each in lines]


def in_files(size: int) -> str:
    """A server with a file for each host."""
    folder = Path(tempfile.mkdtemp(dir=FOLDER.name))
    (folder / "sites").mkdir()
    for number in range(size):
        (folder / f"sites/{number}.conf").write_text(_HOST)
    main = folder / "httpd.conf"
    main.write_text("ServerRoot /x\nInclude sites/*.conf\n")
    return str(main)


def servers(size: int) -> str:
    """A folder of servers with one host each."""
    folder = Path(tempfile.mkdtemp(dir=FOLDER.name))
    for number in range(size):
        (folder / str(number)).mkdir()
        (folder / f"{number}/httpd.conf").write_text(f"ServerRoot /x\n{_HOST}")
    return str(folder)


def diff(path: str) -> object:
    printed = io.TextIOWrapper(io.BytesIO())
    with redirect_stdout(printed), redirect_stderr(printed):
        return fix(Common(isolated=True), [path], diff=True)


def make_edits(edits: tuple[str, list[Edit]]) -> str:
    return edited(*edits)


ROWS = (
    Row("diff: equal hosts", equal_texts, lambda texts: changed_lines(*texts)),
    *(
        Row(f"edits: {where}", partial(edits, where), make_edits)
        for where in (Where.REPLACE, Where.REMOVE, Where.AFTER, Where.INSIDE, Where.LAST)
    ),
    Row("fix --diff: equal hosts", lambda size: written("httpd.conf", _HOST * size), diff, 100),
    Row("fix --diff: hosts in files of their own", in_files, diff, 100),
    Row("fix --diff: servers", servers, diff, 100),
)
