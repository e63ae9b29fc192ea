"""Reads files that may be of any type, such as pipes and devices, or of any size."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from apachestaple.errors import OperatingSystemError

if TYPE_CHECKING:
    from collections.abc import Callable

_PIECE = 1 << 20
_FILE = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
# Opening a folder for its files needs no permission to list it; some systems have no O_PATH.
_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_CLOEXEC
# There is no memory, file descriptor or disk space left.
_EXHAUSTED = frozenset(
    {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS, errno.ENOSPC, errno.EDQUOT}
)


class NotAFileError(OSError):
    """The path is a folder, pipe, socket or device."""


class TooLargeError(OSError):
    """The file is larger than the limit."""


class ElsewhereError(OSError):
    """The opened file is in a place that must not be read."""


def read_file(path: str, largest: int, may_read: Callable[[str], bool] | None = None) -> bytes:
    """The content of a regular file of at most ``largest`` bytes.

    Uses system calls, because creating a Python file object takes ten times as long as reading a
    small file. ``may_read`` is called with the real path of the open file, because a link may have
    been created after the path was checked.

    Raises:
        NotAFileError: it is not a regular file. A pipe is not waited for.
        TooLargeError: it is larger than ``largest``.
        ElsewhereError: ``may_read`` returned false.
        OSError: it cannot be read. The error contains the path.
        OperatingSystemError: no file can be read.

    """
    return _content(_opened(path, _FILE), path, largest, may_read)


def open_folder(path: str) -> int:
    """A file descriptor for `read_file_in`; raises OSError or OperatingSystemError."""
    return _opened(path, _FOLDER)


def end_if_exhausted(error: OSError) -> None:
    """Raise OperatingSystemError if an error says nothing about the file or folder."""
    if error.errno in _EXHAUSTED:
        where = f"{error.filename}: " if error.filename else ""
        raise OperatingSystemError(f"{where}{error.strerror}") from None


def names_in(folder: str) -> list[str]:
    """The names in a folder; raises OSError or OperatingSystemError."""
    try:
        return os.listdir(folder)
    except OSError as error:
        end_if_exhausted(error)
        raise


def read_file_in(folder: int, path: str, largest: int) -> bytes:
    """Like `read_file`, in the open folder of the file at ``path``.

    Raises:
        OSError: likewise, and with the number ELOOP if it is a link.
        OperatingSystemError: likewise.

    """
    return _content(_opened(path, _FILE | os.O_NOFOLLOW, folder), path, largest, None)


def real_path(handle: int, path: str) -> str:
    """The path of an open file or folder; without Linux's /proc, the real path of ``path``."""
    try:
        return os.readlink(f"/proc/self/fd/{handle}")
    except OSError:
        return os.path.realpath(path)


def _opened(path: str, flags: int, folder: int | None = None) -> int:
    """A file descriptor of a file or folder, which may be in an open ``folder``."""
    name = path if folder is None else path.rpartition("/")[2]
    try:
        return os.open(name, flags, dir_fd=folder)
    except OSError as error:
        error.filename = path
        end_if_exhausted(error)
        raise


def _content(handle: int, path: str, largest: int, may_read: Callable[[str], bool] | None) -> bytes:
    """The content of an open file, which is closed."""
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise NotAFileError(errno.EACCES, "not a regular file")
        if may_read is not None and not may_read(real_path(handle, path)):
            raise ElsewhereError(errno.EACCES, "it was replaced by a link while it was read")
        if status.st_size <= largest:
            data = os.read(handle, status.st_size + 1)
            if len(data) == status.st_size:
                return data
            # It has grown since, or has no size, as files in /proc.
            while len(data) <= largest and (piece := os.read(handle, _PIECE)):
                data += piece
            if len(data) <= largest:
                return data
        raise TooLargeError(errno.EFBIG, f"larger than {largest:,} bytes")
    except OSError as error:
        # Errors of a file descriptor contain no file name.
        error.filename = path
        end_if_exhausted(error)
        raise
    finally:
        os.close(handle)


def read_start(path: str, most: int) -> bytes:
    """The first bytes of a regular file, at most ``most``; raises as `read_file`."""
    handle = _opened(path, _FILE)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise NotAFileError(errno.EACCES, "not a regular file")
        return os.read(handle, most)
    except OSError as error:
        error.filename = path
        end_if_exhausted(error)
        raise
    finally:
        os.close(handle)
