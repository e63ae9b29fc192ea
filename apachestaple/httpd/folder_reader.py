"""Reads the files of included folders, which are opened and checked once."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, NamedTuple, Self

from apachestaple.filesystem.reading import open_folder, read_file, read_file_in, real_path

if TYPE_CHECKING:
    from apachestaple.httpd.boundary import Boundary


class _OpenFolder(NamedTuple):
    handle: int
    path: str
    real: str


class FolderReader:
    """Reads files; with a boundary, only those inside of it.

    Somebody may replace a file by a link after its path was checked, so the path of the open file
    is checked again. This is not needed for a file that is no link, in an open folder whose own
    path was checked. The folder stays open, because an Include usually reads all of its files.
    """

    def __init__(self, boundary: Boundary | None) -> None:
        self._boundary = boundary
        self._folder: _OpenFolder | None = None
        self._not_linked = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._folder is not None:
            os.close(self._folder.handle)
            self._folder = None

    def read(self, path: str, largest: int) -> bytes:
        """The content of the file at an absolute path; raises as `read_file`."""
        boundary = self._boundary
        if boundary is None:
            return read_file(path, largest)
        above, _, name = path.rpartition("/")
        folder = self._open(above)
        if folder is not None and name and boundary.holds_in(folder.real, name):
            try:
                data = read_file_in(folder.handle, path, largest)
            except OSError as error:
                if error.errno != errno.ELOOP:
                    raise
            else:
                self._not_linked = path
                return data
        return read_file(path, largest, boundary.holds)

    def real_path(self, path: str) -> str | None:
        """The real path of the file that was read last; ``None`` if it has to be searched for."""
        folder = self._folder
        if folder is None or self._not_linked != path:
            return None
        # One text for both needs half of the memory.
        return path if folder.real == folder.path else f"{folder.real}/{path.rpartition('/')[2]}"

    def _open(self, path: str) -> _OpenFolder | None:
        """The open folder; ``None`` if it cannot be opened, or its real path is not known."""
        if self._folder is not None and self._folder.path == path:
            return self._folder
        self.__exit__()
        try:
            handle = open_folder(path or "/")
        except OSError:
            return None
        self._folder = _OpenFolder(handle, path, real_path(handle, path).rstrip("/"))
        return self._folder
