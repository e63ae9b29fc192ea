"""Rows of the comments in a configuration that ignore a rule."""

from __future__ import annotations

from apachestaple.lint.suppressions import ignored_names

from .row import Row


def ignored(text: str) -> object:
    ignored_names.cache_clear()
    return ignored_names(text)


ROWS = [
    Row("comments that ignore, never closed", lambda n: "# apachestaple: ignore[" * n, ignored),
    Row("comments of ignore[", lambda n: "# apachestaple: " + "ignore[" * n, ignored),
    Row("comments of spaces", lambda n: "#" + " " * n + "apachestaple", ignored),
    Row("comments of names", lambda n: f"# apachestaple: ignore[{'AS304,' * n}]", ignored),
]
