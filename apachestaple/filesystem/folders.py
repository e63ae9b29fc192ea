"""Folders that are opened once, without following symbolic links.

Operations on a name in an open folder affect that folder, even if somebody else replaces its path.
"""

from __future__ import annotations

import contextlib
import errno
import os
import resource
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

# Twice as many as there are folders in which fix writes.
_MANY_FILES = 65_536
_OPEN = os.O_DIRECTORY | os.O_CLOEXEC
# Opening a folder to walk through it needs no permission to list it; some systems have no O_PATH.
_THROUGH = getattr(os, "O_PATH", os.O_RDONLY)


@dataclass(frozen=True, slots=True)
class Place:
    """A name in an open folder.

    Attributes:
        folder: file descriptor of the folder.
        name: name of the file in it.
        path: the whole path, for messages.

    """

    folder: int
    name: str
    path: str


class OpenFolders:
    """Opens folders below another one without following links, each once.

    Args:
        top: absolute path of the folder above them; it may contain links.
        make: whether missing folders are created.

    Raises:
        OSError: ``top`` cannot be opened.

    """

    def __init__(self, top: str = "/", *, make: bool = False) -> None:
        self._top = top.rstrip("/")
        self._make = make
        _allow_many_open_files()
        with named(top):
            self._handles = {self._top or "/": os.open(top, os.O_RDONLY | _OPEN)}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        while self._handles:
            os.close(self._handles.popitem()[1])

    def at(self, path: str) -> Place:
        """The place of a path.

        Raises:
            OSError: its folder cannot be opened, or a part of it is a symbolic link.

        """
        folder, name = os.path.split(path)
        return Place(self.handle(folder), name, path)

    def handle(self, folder: str) -> int:
        """The file descriptor of a folder; raises as `at`."""
        if folder not in self._handles:
            self._handles[folder] = self._opened(folder)
        return self._handles[folder]

    def sync(self, folder: str) -> None:
        """Sync a folder to the disk; raises as `at`."""
        with named(folder):
            os.fsync(self.handle(folder))

    def _opened(self, folder: str) -> int:
        names = [name for name in folder.removeprefix(self._top).split("/") if name]
        here = os.dup(self._handles[self._top or "/"])
        path = self._top
        for number, name in enumerate(names, 1):
            path = f"{path}/{name}"
            flags = os.O_RDONLY if number == len(names) else _THROUGH
            try:
                with named(path):
                    if self._make:
                        _make(here, name)
                    inner = _open(here, name, flags)
            finally:
                os.close(here)
            here = inner
        return here


def _allow_many_open_files() -> None:
    """Raise the soft limit, which is 1,024 on most systems: a host may have a folder of its own."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MANY_FILES if hard == resource.RLIM_INFINITY else min(_MANY_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@contextlib.contextmanager
def named(path: str) -> Iterator[None]:
    """Set ``path`` in errors, which otherwise name only a file descriptor or a part of it."""
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = path, None
        raise


def _make(here: int, name: str) -> None:
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, dir_fd=here)


def _open(here: int, name: str, flags: int) -> int:
    try:
        return os.open(name, flags | os.O_NOFOLLOW | _OPEN, dir_fd=here)
    except OSError as error:
        if error.errno in {errno.ENOTDIR, errno.ELOOP} and _is_link(here, name):
            raise OSError(errno.ELOOP, "is a symbolic link, which is not followed") from None
        raise


def _is_link(here: int, name: str) -> bool:
    try:
        os.readlink(name, dir_fd=here)
    except OSError:
        return False
    return True
