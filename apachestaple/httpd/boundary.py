"""The folders in which files of a configuration may be read."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from apachestaple.filesystem.real_paths import RealPaths


@dataclass(frozen=True)
class Boundary:
    """The folders below which the files of a configuration may be read.

    Attributes:
        folders: real paths of the folders; a single file is also allowed. Folders of version
            control below them are outside, because ``.git/config`` may contain a token.
        confines_all: whether the boundary also applies to certificates, keys and modules, not only
            to configuration files.

    """

    folders: tuple[str, ...]
    confines_all: bool = False
    _real_paths: RealPaths = field(default_factory=RealPaths, repr=False, compare=False)
    # Whether folders are inside, by their real paths.
    _held: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)

    def excludes(self, path: str) -> bool:
        """Whether a path with all links followed is outside. Files outside are not opened."""
        real = self._real_paths.find(path)
        # An empty Include; httpd allows it by this name only.
        return real != os.devnull and not self.holds(real)

    def holds(self, real: str) -> bool:
        """Whether a real path is inside."""
        above, _, name = real.rpartition("/")
        return self.holds_in(above, name)

    def holds_in(self, above: str, name: str) -> bool:
        """Whether a name in a folder with a real path is inside."""
        held = self._held.get(above)
        if held is None:
            held = self._held[above] = any(_holds(folder, above) for folder in self.folders)
        if held:
            return name not in _MARKS
        return any(_holds(folder, f"{above}/{name}") for folder in self.folders)

    @property
    def name(self) -> str:
        """The folder to name in a message."""
        return self.folders[0]


def _holds(folder: str, real: str) -> bool:
    return is_inside(real, folder) and _MARKS.isdisjoint(real[len(folder) :].split("/"))


def is_inside(path: str, folder: str) -> bool:
    """Whether a path is a folder or something below it."""
    folder = folder.rstrip("/")
    return path == folder or path.startswith(folder + "/")


def checkout_above(path: str) -> str | None:
    """The nearest checkout of version control at or above an absolute path."""
    folder = path
    while True:
        if any(os.path.lexists(os.path.join(folder, name)) for name in _MARKS):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


# In a worktree of git, .git is a file.
_MARKS = frozenset({".git", ".hg", ".svn"})
