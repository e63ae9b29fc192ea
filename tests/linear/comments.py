"""Rows of the comments in a configuration that ignore a rule."""

from __future__ import annotations

from apachestaple.fix.editing.comments import without_words
from apachestaple.httpd.source_file import SourceFile
from apachestaple.rules.ignore_comments import ignore_comments

from .row import Row


def ignored(text: str) -> object:
    return list(ignore_comments(SourceFile("x.conf", text))), without_words(text, ["AS304"])


ROWS = [
    Row("comments that ignore, never closed", lambda n: "# apachestaple: ignore[" * n, ignored),
    Row("comments of ignore[", lambda n: "# apachestaple: " + "ignore[" * n, ignored),
    Row("comments of spaces", lambda n: "#" + " " * n + "apachestaple", ignored),
    Row("comments of names", lambda n: f"# apachestaple: ignore[{'AS304,' * n}]", ignored),
]
