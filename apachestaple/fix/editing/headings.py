"""Comments that are headings of stapling directives, such as ``# OCSP Stapling``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from apachestaple.fix.editing.blocks import is_marker
from apachestaple.httpd.words import lower, next_word
from apachestaple.rules.ignore_comments import MARK
from apachestaple.rules.reason_comment import find_reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_ABOUT_STAPLING = re.compile(r"\b(ocsp|stapl(e|es|ed|ing))\b", re.IGNORECASE)
_DIRECTIVES = ("ssl", "mdstapl", "<")


def headings(lines: Sequence[str], removed: Iterable[tuple[int, int]]) -> Iterator[int]:
    """The lines of the headings under which nothing is left.

    ``removed`` are the first and last numbers of lines that are removed, counted from 1.
    """
    gone = {line for first, last in removed for line in range(first, last + 1)}
    # The lines above each block of removed lines that stands directly below a comment.
    for first in sorted(gone):
        if first - 1 in gone:
            continue
        last = first
        while last + 1 in gone:
            last += 1
        if not _belongs_to_it(_line(lines, last + 1)):
            yield from _above(lines, first)


def is_heading(comment: str) -> bool:
    """Whether a comment is about stapling, and neither a directive nor for a program."""
    text = comment.strip().lstrip("#").strip()
    name = lower(next_word(text)[0])
    if MARK in comment or is_marker(comment) or name.startswith(_DIRECTIVES):
        return False
    return _ABOUT_STAPLING.search(text) is not None


def _above(lines: Sequence[str], first: int) -> Iterator[int]:
    """The headings directly above a line, from below."""
    above = first - 1
    if find_reason(_line(lines, above)) is not None:
        # It is removed with its line.
        above -= 1
    while _is_comment(lines, above) and is_heading(_line(lines, above)):
        yield above
        above -= 1


def _is_comment(lines: Sequence[str], number: int) -> bool:
    """Whether a line is a whole comment, and no part of a continued line."""
    parts = (_line(lines, number - 1), _line(lines, number))
    return parts[1].startswith("#") and not any(part.endswith("\\") for part in parts)


def _belongs_to_it(line: str) -> bool:
    """Whether a line below removed ones is below their heading, too."""
    if line.startswith("#"):
        # A directive that is commented out.
        return lower(next_word(line.lstrip("# \t"))[0]).startswith(_DIRECTIVES)
    return bool(line) and not line.startswith("</")


def _line(lines: Sequence[str], number: int) -> str:
    return lines[number - 1].strip() if 0 < number <= len(lines) else ""
