"""Escapes untrusted text for the languages of other programs, one function for each language.

Root may load the output. Each function returns ASCII on one line.
"""

from __future__ import annotations

import csv
import io
import re
import shlex
from typing import TYPE_CHECKING

from apachestaple.report.terminal import cut, printable, without_commands

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

# tinyproxy cuts lines after 2,048 bytes, squid after 8,192 and iptables-restore after 10,240, and
# they read the rest of a comment as the next line. A comment line contains several of these texts.
_LONGEST = 200
_WORD = re.compile(r"[A-Za-z0-9_\[](?:[A-Za-z0-9._:\[\]-]{0,253}[A-Za-z0-9._:\[\]])?")
# What a spreadsheet reads as the start of a formula, including the wide forms of East Asia, after
# characters that it ignores.
_FORMULA = re.compile("[\\s\"']*[=+@\uff1d\uff0b\uff0d\uff20-]|[\t\r\n]")

# Markup, HTML, mentions, emoji and the start of a list or a link in GitHub's Markdown. Names of
# hosts, addresses and reasons stay readable in a chat, which shows the text as it is.
_MARKUP = re.compile(
    r"""[^\w /,.:'"()=;%?-]|_|^[-=]|^\d(?=\d*[.)](?:\ |$))|(?i:(?<=www)\.)|:(?![\d\ ])""",
    re.ASCII,
)


def comment(text: str, longest: int = _LONGEST) -> str:
    """Text for a comment from ``#`` to the end of the line, for all of these languages."""
    shown = without_commands(printable(text)).encode("ascii", "backslashreplace").decode()
    if len(shown) > longest:
        shown = shown[: longest - 3] + "..."
    # squid joins a line that ends with a backslash with the next one, also in comments.
    return f"{shown}." if shown.endswith("\\") else shown


def word(text: object) -> str:
    """A name, an address or a number, which needs no quotes in any of these languages.

    Raises:
        ValueError: it is none of these.

    """
    written = str(text)
    if not _WORD.fullmatch(written):
        raise ValueError(f"{printable(written[:_LONGEST])} is not a name, an address or a number")
    return written


def iptables(text: str) -> str:
    """A quoted argument for iptables-restore, where a comment has at most 255 bytes."""
    return '"' + re.sub(r'(["\\])', r"\\\1", comment(text)) + '"'


def shell(text: str) -> str:
    """A quoted word for the shell."""
    return shlex.quote(comment(text))


def markdown(text: str, longest: int = 500) -> str:
    """Text for a line of Markdown, also in a table; nothing in it is markup, HTML or a mention."""
    shown = cut(printable(text), longest)
    return _MARKUP.sub(lambda found: f"&#{ord(found[0])};", shown)


def csv_row(cells: Iterable[object]) -> str:
    """A row of CSV (RFC 4180) without line end, in which no cell is a formula."""
    row = io.StringIO()
    csv.writer(row, lineterminator="").writerow(map(_cell, map(str, cells)))
    return without_commands(row.getvalue())


def _cell(text: str) -> str:
    return f"'{printable(text)}" if _FORMULA.match(text) else printable(text)


# The filters of the templates of `responders`.
FILTERS: Mapping[str, Callable[..., str]] = {
    "comment": comment,
    "word": word,
    "iptables": iptables,
    "shell": shell,
    "csv": csv_row,
}
