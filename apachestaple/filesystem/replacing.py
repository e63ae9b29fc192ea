"""Writes a report to a file: the whole report, or nothing."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
from typing import TYPE_CHECKING

from apachestaple.filesystem.folders import OpenFolders, Place, named
from apachestaple.filesystem.new_files import created, write_pieces
from apachestaple.filesystem.trust import distrust

if TYPE_CHECKING:
    from collections.abc import Iterable

_MODE_OF_NEW = 0o666
# What a shell puts in the place of >(…) has such a name, too.
_OPEN_FILE = re.compile(r"/dev/(stdin|stdout|stderr|fd/[0-9]+)|/proc/self/fd/[0-9]+")


def replace_file(path: str, content: bytes) -> None:
    """Write a file, as `replace_in_pieces` does."""
    replace_in_pieces(path, [content])


def replace_in_pieces(path: str, pieces: Iterable[bytes]) -> None:
    """Write a file, and replace an existing one.

    A link is followed only if nobody except root and the caller can have created it. Files that are
    not regular, such as a pipe, are written directly, and so are open files of this process, such
    as ``/dev/stdout``.

    Raises:
        OSError: it could not be written.

    """
    if _OPEN_FILE.fullmatch(path):
        with open(path, "wb") as file:
            file.writelines(pieces)
        return
    real = os.path.realpath(path)
    if real != os.path.abspath(path):
        reason = distrust(path)
        if reason is not None:
            raise OSError(errno.ELOOP, f"leads through a symbolic link, and {reason}", path)
    with OpenFolders() as folders, named(path):
        place = folders.at(real)
        mode = _mode(place)
        if mode is None or stat.S_ISREG(mode):
            _replace(place, pieces, None if mode is None else stat.S_IMODE(mode))
        else:
            _write_to(place, pieces)


def _mode(place: Place) -> int | None:
    try:
        return os.lstat(place.name, dir_fd=place.folder).st_mode
    except FileNotFoundError:
        return None


def _write_to(place: Place, pieces: Iterable[bytes]) -> None:
    """Write to a pipe or device, but not to a file that has replaced it."""
    flags = os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(place.name, flags, dir_fd=place.folder)
    try:
        if stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EBUSY, "was replaced while the report was written")
        write_pieces(handle, pieces)
    finally:
        os.close(handle)


def _replace(place: Place, pieces: Iterable[bytes], mode: int | None) -> None:
    new = f".apachestaple-{secrets.token_hex(8)}"
    temporary = Place(place.folder, new, place.path)
    try:
        with created(temporary, _MODE_OF_NEW if mode is None else 0o600) as handle:
            write_pieces(handle, pieces)
            if mode is not None:
                os.fchmod(handle, mode)
        os.replace(new, place.name, src_dir_fd=place.folder, dst_dir_fd=place.folder)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(new, dir_fd=place.folder)
        raise
