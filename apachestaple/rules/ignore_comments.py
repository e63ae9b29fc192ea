"""Comments in a configuration that ignore rules.

``# apachestaple: ignore[AS304]`` ignores a rule on its line and on the next one, and
``# apachestaple: ignore-file[AS304]`` ignores it in the whole file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.httpd.configuration import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.source_file import SourceFile

MARK = "apachestaple:"
# A list ends before the next comment starts, so that the time is linear.
_COMMENT = re.compile(r"#\s*apachestaple:\s*(ignore(?:-file)?)(?![\w-])(?:\[([^\]#]*)\])?")


class IgnoreComment(NamedTuple):
    """A comment.

    Attributes:
        place: its place in a file.
        words: the codes and names that it lists, as they are written.
        is_for_file: whether it is for the whole file.
        is_line: whether its line is a comment for httpd, too.

    """

    place: Place
    words: tuple[str, ...]
    is_for_file: bool
    is_line: bool

    def lists(self, code: str, name: str) -> str | None:
        """The word in the comment that stands for a rule."""
        return next((word for word in self.words if word.lower() in (code.lower(), name)), None)


def ignore_comments(file: SourceFile) -> Iterator[IgnoreComment]:
    """The comments of a file, in their order."""
    text = file.shown
    if MARK not in text:
        return
    for number, line in enumerate(text.split("\n"), 1):
        if MARK in line:
            yield from _in_line(file.path, number, line)


def _in_line(path: str, number: int, line: str) -> Iterator[IgnoreComment]:
    is_comment = line.lstrip().startswith("#")
    for found in _COMMENT.finditer(line):
        words = (found[2] or "").split(",")
        place = Place(path, number, found.start() + 1, number, found.end() + 1)
        listed = tuple(word.strip() for word in words if word.strip())
        is_for_file = found[1] == "ignore-file" and is_comment
        yield IgnoreComment(place, listed, is_for_file, is_comment)
