"""Writes a report to a file: the whole report, or nothing."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat

from apachestaple.filesystem.folders import OpenFolders, Place, named
from apachestaple.filesystem.new_files import created, write_all
from apachestaple.filesystem.trust import distrust

_MODE_OF_NEW = 0o666


def replace_file(path: str, content: bytes) -> None:
    """Write a file, and replace an existing one.

    A link is followed only if nobody except root and the caller can have created it. Files that are
    not regular, such as ``/dev/stdout`` or a pipe, are written directly.

    Raises:
        OSError: it could not be written.

    """
    try:
        status = os.stat(path)
    except FileNotFoundError:
        status = None
    if status is not None and (path.startswith("/dev/") or not stat.S_ISREG(status.st_mode)):
        with open(path, "wb") as file:
            file.write(content)
        return
    real = os.path.realpath(path)
    if real != os.path.abspath(path):
        reason = distrust(path)
        if reason is not None:
            raise OSError(errno.ELOOP, f"leads through a symbolic link, and {reason}", path)
    with OpenFolders() as folders, named(path):
        mode = None if status is None else stat.S_IMODE(status.st_mode)
        _replace(folders.at(real), content, mode)


def _replace(place: Place, content: bytes, mode: int | None) -> None:
    new = f".apachestaple-{secrets.token_hex(8)}"
    temporary = Place(place.folder, new, place.path)
    try:
        with created(temporary, _MODE_OF_NEW if mode is None else 0o600) as handle:
            write_all(handle, content)
            if mode is not None:
                os.fchmod(handle, mode)
        os.replace(new, place.name, src_dir_fd=place.folder, dst_dir_fd=place.folder)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(new, dir_fd=place.folder)
        raise
