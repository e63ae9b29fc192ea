"""Comments that are headings of stapling directives, such as ``# OCSP Stapling``."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from apachestaple.fix.editing.blocks import is_marker
from apachestaple.httpd.words import lower, next_word
from apachestaple.rules.ignore_comments import MARK
from apachestaple.rules.reason_comment import find_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Sequence

_ABOUT_STAPLING = re.compile(r"\b(ocsp|stapl(e|es|ed|ing))\b", re.IGNORECASE)
_DIRECTIVE = re.compile(r"<|(ssl|mdstapl)[a-z]+$")
# The other words of a comment that is about nothing but stapling, such as Mozilla's "OCSP Stapling,
# only in httpd 2.3.3 and later".
_WORD = re.compile(
    r"activate|add|and|apache2?|available|cache|certificates?|config|configuration|configure"
    r"|enabled?|enables|for|from|httpd|in|later|module|newer|of|on|only|options|or|parameters"
    r"|requires|responses?|server|settings|setup|since|status|support|the|this|turn|uses?|using"
    r"|versions?|with|v?[0-9.]+\+?"
)
_TLS = frozenset({"ssl", "tls"})
_OF_TLS = ("ssl", "tls", "stapl", "ocsp")


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
            yield from _above(lines, first, is_heading)
        else:
            found = list(_above(lines, first, _is_only_about_stapling))
            if found and not _is_related(lines, last + 1, gone):
                yield from found


def is_heading(comment: str) -> bool:
    """Whether a comment is about stapling, and neither a directive nor for a program."""
    text = comment.strip().lstrip("#").strip()
    if MARK in comment or is_marker(comment) or _is_directive(text):
        return False
    return _ABOUT_STAPLING.search(text) is not None


def _is_only_about_stapling(comment: str) -> bool:
    """Whether a heading is about nothing else, so that unrelated lines below it do not count."""
    words = re.split(r"[\s/()-]+", comment.lower().strip("#*=-.:! \t"))
    return is_heading(comment) and all(
        # "SSL/TLS stapling", but not "SSL, stapling".
        next_one in _TLS or _is_about_stapling(next_one)
        if word in _TLS
        else _is_about_stapling(word) or _WORD.fullmatch(word.rstrip(",.:"))
        for word, next_one in pairwise([*words, ""])
    )


def _is_about_stapling(word: str) -> bool:
    return _ABOUT_STAPLING.fullmatch(word.rstrip(",.:")) is not None


def _is_related(lines: Sequence[str], number: int, gone: Container[int]) -> bool:
    """Whether one of the lines up to a blank line or another comment may be about TLS."""
    while (line := _line(lines, number).lower()) and not line.startswith("</"):
        if number not in gone:
            if line.startswith("<if") or any(word in line for word in _OF_TLS):
                return True
            if line.startswith("#"):
                return False
        number += 1
    return False


def _above(lines: Sequence[str], first: int, is_wanted: Callable[[str], bool]) -> Iterator[int]:
    """The headings directly above a line, from below."""
    above = first - 1
    if find_reason(_line(lines, above)) is not None:
        # It is removed with its line.
        above -= 1
    while _is_comment(lines, above) and is_wanted(_line(lines, above)):
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
        return _is_directive(line.lstrip("# \t"))
    return bool(line) and not line.startswith("</")


def _is_directive(text: str) -> bool:
    """Whether a comment is a directive about TLS, or the line of a section."""
    return _DIRECTIVE.match(lower(next_word(text)[0])) is not None


def _line(lines: Sequence[str], number: int) -> str:
    return lines[number - 1].strip() if 0 < number <= len(lines) else ""
