"""New lines next to a directive of the main server: in place of comments, or below it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.fix.editing.edit import Edit, Where
from apachestaple.httpd.words import lower, next_word, split_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.httpd.configuration import Directive
    from apachestaple.httpd.source_file import SourceFile

_STAPLING = ("sslstapling", "sslusestapling")
_NAME_AND_ARGUMENT = 2
_COMMENTED = re.compile(
    r"^[ \t]*#+[ \t]*(?P<start>(?P<name>SSL\w+)[ \t]+[\"']?)(?P<value>[^\r\n]*[^\\\r\n])\r?$",
    re.IGNORECASE | re.MULTILINE,
)


class _Comment(NamedTuple):
    """A comment that contains a directive with one argument.

    Attributes:
        line: its physical line.
        start: the text up to the argument, with the quote before it.
        value: the argument, with the quote after it.

    """

    line: int
    start: str
    value: str

    def uncommented(self, value: str) -> str:
        """The directive with another argument, in the same style."""
        quote = self.start[-1] if self.start[-1] in "\"'" else ""
        if self.value.lower() == f"{value}{quote}".lower():
            return self.start + self.value
        if quote and {"\\", '"', "'"}.intersection(value):
            return self.start[:-1] + value
        return f"{self.start}{value}{quote}"


def beside(neighbour: Directive, lines: Sequence[str], reason: str) -> tuple[Edit, ...]:
    """Add lines of the main server next to a directive.

    A line takes the place of a comment that contains the directive, as in the files of packages
    (``#SSLUseStapling On``), if the comment is in the same section as the neighbour.
    """
    file = neighbour.source_file
    edits, left = in_place_of_comments(file, neighbour.line, lines, reason, name=neighbour.key)
    if left:
        last = _last_related(neighbour)
        edits.append(Edit(file.real_path, last, Where.AFTER, tuple(left), reason))
    return tuple(edits)


def in_place_of_comments(
    file: SourceFile, near: int, lines: Sequence[str], reason: str, *, name: str = ""
) -> tuple[list[Edit], list[str]]:
    """Write lines in place of comments in the section of another line; also the lines left over.

    ``near`` is the other line: that of the directive ``name``, or of the LoadModule of mod_ssl.
    """
    comments = _comments(file, near, name)
    edits: list[Edit] = []
    left: list[str] = []
    for line in lines:
        key, value = next_word(line)
        comment = comments.pop(lower(key), None)
        if comment is None:
            left.append(line)
        else:
            replaced = (comment.uncommented(value),)
            edits.append(Edit(file.real_path, comment.line, Where.REPLACE, replaced, reason))
    return edits, left


def _comments(file: SourceFile, near: int, own: str) -> dict[str, _Comment]:
    """The nearest comments that contain other directives, by name in lower case."""
    sections: list[tuple[int, int]] = []
    comments: dict[str, _Comment] = {}
    line, counted = 1, 0
    for found in _COMMENTED.finditer(file.text):
        line += file.text.count("\n", counted, found.start("name"))
        counted = found.start("name")
        key, start, value = lower(found["name"]), found["start"], found["value"].rstrip()
        if key == own or len(split_words(start + value)) != _NAME_AND_ARGUMENT:
            continue
        sections = sections or _sections(file)
        if not _is_usable(line, near, sections, is_module=not own):
            continue
        known = comments.get(key)
        if known is None or abs(line - near) < abs(known.line - near):
            comments[key] = _Comment(line, start, value)
    return comments


def _sections(file: SourceFile) -> list[tuple[int, int]]:
    """For each physical line, its innermost section, and the modules loaded before.

    Both are numbers: that of the line on which the section opens, and the count of lines above
    with LoadModule or Include.
    """
    open_sections, loaded, found = [0], 0, []
    for number, line in enumerate(file.text.split("\n"), 1):
        text = line.lstrip()
        if text.startswith("</"):
            del open_sections[max(len(open_sections) - 1, 1) :]
        found.append((open_sections[-1], loaded))
        if text.startswith("<") and not text.startswith("</"):
            open_sections.append(number)
        loaded += text[:8].lower().startswith(("loadmodu", "include"))
    return found


def _is_usable(
    line: int, near: int, sections: Sequence[tuple[int, int]], *, is_module: bool
) -> bool:
    """Whether a line is in the section of another one, and not above the modules that it needs."""
    (section, loaded), (own, needed) = sections[line - 1], sections[near - 1]
    can_be_above = loaded == needed and not is_module
    return section == own and (line > near or can_be_above)


def _last_related(neighbour: Directive) -> int:
    """The line of the last directive that follows directly and belongs to the neighbour."""
    lines = neighbour.source_file.lines
    position = neighbour.position
    while position + 1 < len(lines.text) and _is_related(lines.text[position + 1], neighbour):
        position += 1
    return lines.first_line(position)


def _is_related(line: str, neighbour: Directive) -> bool:
    name = lower(next_word(line)[0])
    if name.startswith(_STAPLING):
        return neighbour.key.startswith(_STAPLING)
    return name.startswith(neighbour.key)
