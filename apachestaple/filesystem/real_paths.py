"""Paths with all links followed."""

from __future__ import annotations

import os

# The number of links that Linux follows in one path (MAXSYMLINKS).
_MOST_LINKS = 40


class RealPaths:
    """Like os.path.realpath, which is slow because it examines every folder for every file."""

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}

    def find(self, path: str) -> str:
        """The path with all links followed, also if it does not exist."""
        for _ in range(_MOST_LINKS):
            folder, name = os.path.split(path)
            if name in ("", ".", ".."):
                return os.path.realpath(path)
            path = os.path.join(self.find_folder(folder), name)
            try:
                target = os.readlink(path)
            except OSError:
                return path
            path = os.path.join(os.path.dirname(path), target)
        return path

    def find_folder(self, folder: str) -> str:
        """The real path of a folder, which is examined once."""
        real = self._folders.get(folder)
        if real is None:
            real = self._folders[folder] = os.path.realpath(folder)
        return real

    def find_in_folder(self, path: str) -> str:
        """A path with the links of its folder followed, but not its own."""
        folder, name = os.path.split(path)
        return os.path.join(self.find_folder(folder), name)
