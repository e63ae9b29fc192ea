"""Comments that ignore rules: their lines, and where new ones go."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from apachestaple.rules.ignore_comments import MARK

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from apachestaple.fix.editing.edit import Edit

_LISTED = re.compile(r"#\s*apachestaple:\s*ignore(?:-file)?\[([^\]#]*)\]")
_IGNORE = re.compile(r"\s*#\s*apachestaple:\s*ignore\[([^\]#]*)\]")


def without_words(line: str, words: Collection[str]) -> str | None:
    """A line without some words of its comments; ``None`` if it ignores nothing else.

    A comment that lists no other words is removed. A reason behind the last one goes with it.
    """

    def shortened(found: re.Match[str]) -> str:
        listed = [word.strip() for word in found[1].split(",")]
        kept = ", ".join(word for word in listed if word and word not in words)
        start, end = found.start(1) - found.start(), found.end(1) - found.start()
        return found[0][:start] + kept + found[0][end:] if kept else ""

    new = _LISTED.sub(shortened, line)
    return new.rstrip() if MARK in new else None


def edited_comments(text: str, edits: Iterable[Edit]) -> str:
    """The text with lines of comments replaced or removed."""
    lines = text.split("\n")
    for edit in sorted(edits, key=lambda edit: -edit.line):
        ending = "\r" if lines[edit.line - 1].endswith("\r") else ""
        lines[edit.line - 1 : edit.line] = [new + ending for new in edit.lines]
    return "\n".join(lines)


def with_ignores(text: str, ignored: Mapping[int, Collection[str]], reason: str) -> str:
    """The text with a comment above each of the lines that ignores these codes.

    If there is such a comment already, the codes are added to it.
    """
    lines = text.split("\n")
    for number in sorted(ignored, reverse=True):
        codes = sorted(ignored[number])
        # The main server is at line 1, which may be the comment itself.
        known = next((n for n in (number - 1, number) if _lists(lines, n)), None)
        if known is not None:
            lines[known - 1] = _extended(lines[known - 1], codes)
            continue
        line = lines[number - 1]
        indent = line[: len(line) - len(line.lstrip())].rstrip("\r")
        ending = "\r" if line.endswith("\r") else ""
        comment = f"{indent}# {MARK} ignore[{', '.join(codes)}] {reason}".rstrip()
        lines.insert(number - 1, comment + ending)
    return "\n".join(lines)


def can_take_comment(lines: Sequence[str], number: int) -> bool:
    """Whether a comment can be inserted above a line of a file."""
    if not 0 < number <= len(lines):
        return False
    return number == 1 or not lines[number - 2].rstrip("\r").endswith("\\")


def _lists(lines: Sequence[str], number: int) -> bool:
    return number > 0 and _IGNORE.match(lines[number - 1]) is not None


def _extended(line: str, codes: Iterable[str]) -> str:
    found = _IGNORE.match(line)
    if found is None:
        return line
    listed = [word.strip() for word in found[1].split(",") if word.strip()]
    known = {word.upper() for word in listed}
    words = ", ".join([*listed, *(code for code in codes if code not in known)])
    return line[: found.start(1)] + words + line[found.end(1) :]
