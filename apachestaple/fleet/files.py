"""The files of a report: those that are named, and those in folders."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from apachestaple.filesystem.reading import end_if_exhausted, names_in
from apachestaple.fleet.document import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

STANDARD_INPUT = "-"
_SUFFIX = ".json"
_READABLE = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK


def find_files(paths: Iterable[str], problems: list[Problem]) -> list[str]:
    """The files without repetitions; of a folder, all regular ``*.json`` files below it.

    Adds folders that cannot be read, and those without such files, to ``problems``.
    """
    found: dict[str, str] = {}
    for path in paths:
        if path == STANDARD_INPUT or not os.path.isdir(path):
            found.setdefault(os.path.realpath(path) if path != STANDARD_INPUT else path, path)
            continue
        below = list(_below(path, problems))
        if not below:
            problems.append(Problem(path, f"contains no {_SUFFIX} files"))
        for file in below:
            found.setdefault(os.path.realpath(file), file)
    return list(found.values())


def _below(top: str, problems: list[Problem]) -> Iterator[str]:
    """Folders may be nested deeply, and links to folders are not followed."""
    left = [top]
    while left:
        folder = left.pop()
        try:
            names = sorted(names_in(folder))
        except OSError as error:
            problems.append(Problem(folder, error.strerror or str(error)))
            continue
        paths = [os.path.join(folder, name) for name in names]
        folders = [path for path in paths if os.path.isdir(path)]
        left += [path for path in reversed(folders) if not os.path.islink(path)]
        yield from (path for path in paths if path.endswith(_SUFFIX) and os.path.isfile(path))


@contextmanager
def opened(path: str) -> Iterator[Callable[[int], bytes]]:
    """A function that reads up to a number of bytes of a file, pipe, or standard input.

    A named pipe that nobody writes to is empty, and is not waited for.

    Raises:
        OSError: it cannot be opened or read, or is a folder or socket.
        OperatingSystemError: no file can be opened.

    """
    if path == STANDARD_INPUT:
        if sys.stdin is None:
            raise OSError(0, "standard input is closed")
        handle = sys.stdin.fileno()
        yield lambda size: os.read(handle, size)
        return
    try:
        handle = os.open(path, _READABLE)
    except OSError as error:
        end_if_exhausted(error)
        raise
    try:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise IsADirectoryError(0, "it is a folder", path)
        os.set_blocking(handle, True)
        yield lambda size: os.read(handle, size)
    finally:
        os.close(handle)
