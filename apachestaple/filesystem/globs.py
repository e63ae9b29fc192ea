"""Patterns of paths, as ``.gitignore`` has them."""

from __future__ import annotations

import glob
import os
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class PathPattern(NamedTuple):
    """A pattern, and the folder that it is relative to.

    A pattern without slash matches a file or folder of this name anywhere below the folder.
    Otherwise it matches a path from the folder on: ``*`` and ``?`` match no slash, and ``**`` any
    number of folders. A folder that matches stands for everything in it.
    """

    folder: str
    pattern: str

    def matches(self, path: str) -> bool:
        """Whether an absolute path, or a folder above it, matches."""
        parts = path.strip("/").split("/")
        if "/" not in self.pattern.rstrip("/"):
            base = self.folder.rstrip("/") + "/"
            below = path.removeprefix(base).split("/") if path.startswith(base) else parts
            return any(fnmatchcase(part, self.pattern.rstrip("/")) for part in below)
        folder = glob.escape(self.folder)
        wanted = os.path.normpath(os.path.join(folder, self.pattern)).strip("/").split("/")
        return _match(wanted, parts)


def match_any(patterns: Iterable[PathPattern], path: str) -> bool:
    """Whether one of the patterns matches a path, or the path with links followed."""
    names = {os.path.abspath(path), os.path.realpath(path)} if patterns else ()
    return any(pattern.matches(name) for pattern in patterns for name in names)


def _match(wanted: Sequence[str], parts: Sequence[str]) -> bool:
    """Whether the first parts match; linear in their number for each part of the pattern."""
    states = _with_skips({0}, wanted)
    for part in parts:
        states = _with_skips(
            {
                state if wanted[state] == "**" else state + 1
                for state in states
                if wanted[state] == "**" or fnmatchcase(part, wanted[state])
            },
            wanted,
        )
        if len(wanted) in states:
            return True
    return False


def _with_skips(states: set[int], wanted: Sequence[str]) -> set[int]:
    """The states, and those after ``**``, which also matches no folder."""
    for state in sorted(states):
        following = state
        while following < len(wanted) and wanted[following] == "**":
            following += 1
            states.add(following)
    return states
