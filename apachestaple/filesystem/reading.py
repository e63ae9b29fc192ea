"""Reads files that may be of any type, such as pipes and devices, or of any size."""

from __future__ import annotations

import errno
import os
import stat

_PIECE = 1 << 20


class NotAFileError(OSError):
    """The path is a folder, pipe, socket or device."""


class TooLargeError(OSError):
    """The file is larger than the limit."""


def read_file(path: str, largest: int) -> bytes:
    """The content of a regular file of at most ``largest`` bytes.

    Uses system calls, because creating a Python file object takes ten times as long as reading a
    small file.

    Raises:
        NotAFileError: it is not a regular file. A pipe is not waited for.
        TooLargeError: it is larger than ``largest``.
        OSError: it cannot be read. The error contains the path.

    """
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise NotAFileError(errno.EACCES, "not a regular file")
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
        raise
    finally:
        os.close(handle)
