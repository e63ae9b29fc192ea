"""Reading a file that may be anything: a pipe, a device, a terabyte."""

from __future__ import annotations

import errno
import os
import stat


def read_regular(path: str, limit: int) -> tuple[bytes, os.stat_result]:
    """The bytes of a regular file, and what the system knows of it.

    Raises:
        OSError: it cannot be read, is no regular file, or has more than ``limit`` bytes.

    """
    # To open some devices does something, so that they are told from files before.
    _check_regular(os.stat(path), path)
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        status = os.fstat(handle)
        _check_regular(status, path)
        parts = []
        left = limit + 1
        while left and (part := os.read(handle, left)):
            parts.append(part)
            left -= len(part)
    except OSError as error:
        error.filename = path
        raise
    finally:
        os.close(handle)
    if not left:
        raise OSError(errno.EFBIG, f"larger than {limit // 1024} KB", path)
    return b"".join(parts), status


def _check_regular(status: os.stat_result, path: str) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "not a regular file", path)
