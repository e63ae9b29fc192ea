"""New lines next to a directive of the main server: in place of comments, or below it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.fix.editing.edit import Edit, Where
from apachestaple.httpd.words import lower, next_word, split_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.httpd.configuration import Directive

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
    (``#SSLUseStapling On``), if no section begins or ends between the comment and the neighbour.
    """
    comments = _comments(neighbour)
    file = neighbour.source_file.real_path
    edits = []
    left = []
    for line in lines:
        name, value = next_word(line)
        comment = comments.pop(lower(name), None)
        if comment is None:
            left.append(line)
        else:
            replaced = (comment.uncommented(value),)
            edits.append(Edit(file, comment.line, Where.REPLACE, replaced, reason))
    if left:
        edits.append(Edit(file, _last_related(neighbour), Where.AFTER, tuple(left), reason))
    return tuple(edits)


def _comments(neighbour: Directive) -> dict[str, _Comment]:
    """The comments that contain other directives, by name in lower case."""
    file = neighbour.source_file
    comments: dict[str, _Comment] = {}
    line, counted = 1, 0
    for found in _COMMENTED.finditer(file.text):
        line += file.text.count("\n", counted, found.start("name"))
        counted = found.start("name")
        key, start, value = lower(found["name"]), found["start"], found["value"].rstrip()
        if key == neighbour.key or len(split_words(start + value)) != _NAME_AND_ARGUMENT:
            continue
        if not file.has_section_between(*sorted((line, neighbour.line))):
            comments[key] = _Comment(line, start, value)
    return comments


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
