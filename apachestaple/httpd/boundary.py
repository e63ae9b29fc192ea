"""Which files may be read of a configuration that is not this machine's own."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

# As many links as Linux follows in one path (MAXSYMLINKS).
_MOST_LINKS = 40


@dataclass(frozen=True)
class Boundary:
    """The folders below which a configuration's files are read.

    Attributes:
        folders: by their real paths; a file among them stands for itself.
        confines_all: whether they bind files other than configuration, too: certificates, keys,
            modules.

    """

    folders: tuple[str, ...]
    confines_all: bool = False
    _real_folders: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def excludes(self, path: str) -> bool:
        """Whether a path, with all links followed, leads out. What is there is not opened."""
        real = self._real(path)
        # An Include of nothing, which httpd allows by this name alone.
        return real != os.devnull and not any(is_inside(real, folder) for folder in self.folders)

    @property
    def name(self) -> str:
        """The folder to name in a message."""
        return self.folders[0]

    def _real(self, path: str) -> str:
        """os.path.realpath, which would look at every folder of each of ten thousand files."""
        for _ in range(_MOST_LINKS):
            folder, name = os.path.split(path)
            if name in ("", ".", ".."):
                return os.path.realpath(path)
            path = os.path.join(self._real_folder(folder), name)
            try:
                target = os.readlink(path)
            except OSError:
                return path
            path = os.path.join(os.path.dirname(path), target)
        return path

    def _real_folder(self, folder: str) -> str:
        real = self._real_folders.get(folder)
        if real is None:
            real = self._real_folders[folder] = os.path.realpath(folder)
        return real


def is_inside(path: str, folder: str) -> bool:
    """Whether a path is that of a folder or of something in it."""
    folder = folder.rstrip("/")
    return path == folder or path.startswith(folder + "/")


def checkout_above(path: str) -> str | None:
    """The nearest folder at or above an absolute path that is a checkout of version control."""
    folder = path
    while True:
        if any(os.path.lexists(os.path.join(folder, name)) for name in _MARKS):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


# A worktree of git has a file of this name.
_MARKS = (".git", ".hg", ".svn")
