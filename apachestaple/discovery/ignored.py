"""What the ``.gitignore`` files of a checkout list."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.filesystem.reading import read_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pathspec import GitIgnoreSpec

_NAME = ".gitignore"
# Limits, because a pattern with many stars, as well as many patterns, takes long to match.
_LARGEST = 1 << 16
_MOST_PATTERNS = 1000
_MOST_STARS = 3


class Ignored(NamedTuple):
    """The patterns that apply to a folder: of each folder above with a ``.gitignore``, in order.

    Git itself is not run, because the settings in a repository's ``.git/config`` name programs.
    """

    specs: tuple[tuple[str, GitIgnoreSpec], ...] = ()

    def below(self, folder: str) -> Ignored:
        """The patterns for the content of a folder, with those of its own ``.gitignore``."""
        path = os.path.join(folder, _NAME)
        if os.path.islink(path):
            # Git does not follow it either.
            return self
        try:
            text = read_file(path, _LARGEST)
        except OSError:
            return self
        spec = _spec(text.decode("utf-8", "surrogateescape"))
        return Ignored((*self.specs, (folder, spec)))

    def lists(self, path: str, *, is_folder: bool = False) -> bool:
        """Whether git ignores a path. The patterns of the innermost folder decide."""
        for folder, spec in reversed(self.specs):
            below = path[len(folder) :].lstrip("/") + ("/" if is_folder else "")
            listed = spec.check_file(below).include
            if listed is not None:
                return listed
        return False


def ignored_in(folder: str, checkout: str | None) -> Ignored:
    """The patterns for a folder of a checkout; none outside of a checkout."""
    if checkout is None:
        return Ignored()
    ignored = Ignored().below(checkout)
    here = checkout
    for name in os.path.relpath(folder, checkout).split("/"):
        if name == ".":
            break
        here = os.path.join(here, name)
        if ignored.lists(here, is_folder=True):
            # The user names an ignored folder, so its files are wanted.
            return Ignored()
        ignored = ignored.below(here)
    return ignored


def _spec(text: str) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec  # noqa: PLC0415  (30 ms)

    return GitIgnoreSpec.from_lines(line for line in _lines(text) if _is_pattern(line))


def _lines(text: str) -> Iterator[str]:
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    for _, line in zip(range(_MOST_PATTERNS), lines, strict=False):
        if len(re.findall(r"\*+", line)) <= _MOST_STARS:
            yield line


def _is_pattern(line: str) -> bool:
    """Whether git can use a line as a pattern."""
    from pathspec import GitIgnoreSpec  # noqa: PLC0415

    try:
        GitIgnoreSpec.from_lines([line])
    except (ValueError, re.error):
        return False
    return True
