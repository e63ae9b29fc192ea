"""New files with the owner, mode and attributes of others, through file descriptors."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from typing import TYPE_CHECKING

from apachestaple.filesystem.folders import named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apachestaple.filesystem.folders import Place

# Mode of a file that did not exist before: readable by everybody, as is usual for configurations.
_MODE_OF_NEW = 0o644
# More than is read of a configuration, and than can be added to it. Bytes.
LARGEST_FILE = 128 * 1024 * 1024
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_EXISTING = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
# The kernel sets these itself. They depend on the content, so they cannot be copied.
_OF_THE_BYTES = ("security.ima", "security.evm")


@contextlib.contextmanager
def opened(place: Place) -> Iterator[int]:
    """A file descriptor of the regular file at a place; a link is not followed.

    Raises:
        OSError: it cannot be opened, or is not a regular file.

    """
    with named(place.path):
        handle = os.open(place.name, _EXISTING, dir_fd=place.folder)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", place.path)
        yield handle
    finally:
        os.close(handle)


@contextlib.contextmanager
def created(place: Place, mode: int = 0o600) -> Iterator[int]:
    """A file descriptor of a new file for writing; raises OSError if the place is not empty."""
    handle = os.open(place.name, _NEW, mode, dir_fd=place.folder)
    try:
        yield handle
    finally:
        os.close(handle)


def read_all(handle: int, path: str) -> bytes:
    """The content of an open file; ``path`` is for messages.

    Raises:
        OSError: it cannot be read, or is larger than any file that fix can have written.

    """
    with named(path), open(handle, "rb", closefd=False) as file:
        content = file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise OSError(errno.EFBIG, f"larger than {LARGEST_FILE:,} bytes")
        return content


def write_all(handle: int, content: bytes) -> None:
    """Write to a new file; raises OSError."""
    write_pieces(handle, (content,))


def write_pieces(handle: int, pieces: Iterable[bytes]) -> None:
    """Write to a new file; raises OSError."""
    with open(handle, "wb", closefd=False) as file:
        file.writelines(pieces)


def write_new(place: Place, content: bytes, *, like: int | None, shown: str = "") -> None:
    """Write and sync a new file with owner, mode, ACL and extended attributes of another.

    Args:
        place: an empty place.
        content: content of the new file.
        like: file descriptor of the other file; ``None`` for a file that everybody may read.
        shown: path for errors; if it is empty, the path of the place.

    Raises:
        OSError: it could not be written, or an attribute could not be kept.

    """
    with named(shown or place.path), created(place) as handle:
        if like is None:
            os.fchmod(handle, _MODE_OF_NEW)
        else:
            _take_after(like, handle)
        write_all(handle, content)
        os.fsync(handle)


def write_copy(place: Place, content: bytes, *, like: int) -> None:
    """The same with the other file's times, and with those attributes that can be kept.

    Raises:
        OSError: it could not be written.

    """
    with named(place.path), created(place) as handle:
        status = os.fstat(like)
        _own(handle, status)
        for name, value in _attributes(like).items():
            with contextlib.suppress(OSError):
                os.setxattr(handle, name, value)
        os.fchmod(handle, stat.S_IMODE(status.st_mode))
        write_all(handle, content)
        os.utime(handle, ns=(status.st_atime_ns, status.st_mtime_ns))
        os.fsync(handle)


def _take_after(like: int, handle: int) -> None:
    status = os.fstat(like)
    _own(handle, status)
    wanted = _attributes(like)
    # A folder's default ACL is applied to every new file in it.
    for name in _attributes(handle).keys() - wanted.keys():
        os.removexattr(handle, name)
    lost = [name for name, value in wanted.items() if not _has_taken(handle, name, value)]
    if lost:
        raise OSError(errno.EPERM, f"its {', '.join(sorted(lost))} cannot be kept")
    os.fchmod(handle, stat.S_IMODE(status.st_mode))


def _own(handle: int, status: os.stat_result) -> None:
    if (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
        os.fchown(handle, status.st_uid, status.st_gid)


def _has_taken(handle: int, name: str, value: bytes) -> bool:
    """Set an attribute that the file does not have yet; whether this was possible."""
    with contextlib.suppress(OSError):
        if os.getxattr(handle, name) == value:
            return True
    try:
        os.setxattr(handle, name, value)
    except OSError:
        return False
    return os.getxattr(handle, name) == value


def _attributes(handle: int) -> dict[str, bytes]:
    """The extended attributes, including ACL and SELinux context; Linux only."""
    if not hasattr(os, "listxattr"):
        return {}
    try:
        names = os.listxattr(handle)
    except OSError as error:
        if error.errno == errno.ENOTSUP:
            return {}
        raise
    return {name: os.getxattr(handle, name) for name in names if name not in _OF_THE_BYTES}
