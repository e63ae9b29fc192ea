"""Local paths of the files that a configuration names, and their texts.

A configuration is often read on another machine than its server: ``--root`` sets the local folder
for the server's root folder, ``--map`` the one for a prefix of its paths.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from apachestaple.filesystem.reading import read_file
from apachestaple.filesystem.real_paths import RealPaths
from apachestaple.httpd.boundary import is_inside
from apachestaple.httpd.limits import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from apachestaple.httpd.boundary import Boundary


def _editable(_path: str) -> str | None:
    return None


@dataclass(frozen=True)
class Paths:
    """Finds and reads the files of one configuration.

    Attributes:
        root: folder that stands for the server's ``/``; ``""`` for this machine's.
        maps: pairs of a path prefix on the server and the local folder for it.
        texts: texts that replace those on the disk, by real path: edits that are not written yet.
        made: files and links that are not on the disk yet, each with its real file.
        gone: files and links on the disk that are going to be removed.
        boundary: the folders below which files may be read; ``None`` for no boundary.
        edit_refusal: returns why fix may not edit a file, by its real path; ``None`` if it may.
        real_paths: finds real paths.
        keep: called with the path of a file and a function that reads it; returns its text, or one
            that it has kept. ``None`` to read each file.

    """

    root: str = ""
    maps: tuple[tuple[str, str], ...] = ()
    texts: dict[str, str] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    boundary: Boundary | None = None
    edit_refusal: Callable[[str], str | None] = _editable
    real_paths: RealPaths = field(default_factory=RealPaths, repr=False, compare=False)
    keep: Callable[[str, Callable[[], str]], str] | None = None

    def real(self, path: str) -> str:
        """The local path for ``path``, an absolute path on the server.

        A path inside the root folder or a mapped folder is already local, unless a map applies to
        it.
        """
        if not self.maps and not self.root:
            return path
        for server, here in self.maps:
            if is_inside(path, here) and not (is_inside(server, here) and is_inside(path, server)):
                return path
            if is_inside(path, server):
                return os.path.normpath(here + "/" + path[len(server) :].lstrip("/"))
        if self.root and not is_inside(path, self.root):
            return os.path.normpath(self.root + "/" + path.lstrip("/"))
        return path

    def of_link(self, path: str) -> str:
        """The file in this copy for a link with an absolute path on the server; else ``path``."""
        if not self.maps and not self.root:
            return path
        try:
            target = os.readlink(path)
        except OSError:
            return path
        here = self.real(target) if target.startswith("/") else target
        is_there = here != target and os.path.exists(here) and not self.is_outside(here)
        return here if is_there else path

    def text(self, path: str, read: Callable[[str, int], bytes] | None = None) -> str:
        """The text of a file, with every byte.

        ``read`` replaces the function that reads a file of at most so many bytes.

        Raises:
            OSError: it cannot be read.

        """
        if self.texts or self.made:
            path = self.made_file(path) or path
            text = self.texts.get(self.real_paths.find(path))
            if text is not None:
                return text
        if self.keep is not None:
            return self.keep(path, partial(self._read, path, read))
        return self._read(path, read)

    def _read(self, path: str, read: Callable[[str, int], bytes] | None) -> str:
        if read is None or path == os.devnull:
            data = content(path, boundary=self.boundary)
        else:
            data = read(path, MOST_BYTES)
        return data.decode("utf-8", "surrogateescape")

    def is_outside(self, path: str) -> bool:
        """Whether a local path is outside of the boundary, so that it must not be read."""
        return self.boundary is not None and self.boundary.excludes(path)

    def is_other_file_outside(self, path: str) -> bool:
        """The same for a file that is no configuration file: a certificate, a key, a module."""
        boundary = self.boundary
        return boundary is not None and boundary.confines_all and boundary.excludes(path)

    def exists(self, path: str) -> bool:
        here = self.real(path)
        if self.is_other_file_outside(here):
            return False
        return os.path.exists(here) or self.made_file(here) is not None

    def made_file(self, path: str) -> str | None:
        """The file for a path that is not on the disk yet; ``None`` for any other path."""
        return self.made.get(self.real_paths.find_in_folder(path)) if self.made else None

    def made_in(self, folder: str) -> list[str]:
        """Names in a folder that are not on the disk yet."""
        real = self.real_paths.find_folder(folder)
        return [os.path.basename(path) for path in self.made if os.path.dirname(path) == real]

    def is_gone(self, path: str) -> bool:
        return bool(self.gone) and self.real_paths.find_in_folder(path) in self.gone


def content(path: str, most: int = MOST_BYTES, boundary: Boundary | None = None) -> bytes:
    """The bytes of a regular file or of /dev/null (ap_pcfg_openfile); raises as `read_file`.

    A file outside of ``boundary`` is not read.
    """
    if path == os.devnull:
        return b""
    return read_file(path, most, None if boundary is None else boundary.holds)
