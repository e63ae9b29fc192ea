"""The content of a path: a file, a symbolic link, or nothing."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from apachestaple.filesystem.folders import named
from apachestaple.filesystem.new_files import opened, read_all

if TYPE_CHECKING:
    from apachestaple.filesystem.folders import OpenFolders, Place

ABSENT = "absent"


def fingerprint(content: bytes | None, *, is_link: bool = False) -> str:
    """A fingerprint of the bytes of a file, or of the target of a link; ``None`` means no file."""
    from hashlib import sha256  # noqa: PLC0415  (only where something is written)

    if content is None:
        return ABSENT
    return f"link:{os.fsdecode(content)}" if is_link else f"sha256:{sha256(content).hexdigest()}"


def fingerprint_at(path: str, folders: OpenFolders) -> str:
    """The fingerprint of a file or link on the disk; a link is not followed.

    Raises:
        OSError: it cannot be read.

    """
    try:
        place = folders.at(path)
        with named(path):
            status = os.lstat(place.name, dir_fd=place.folder)
    except (FileNotFoundError, NotADirectoryError):
        return ABSENT
    if stat.S_ISLNK(status.st_mode):
        return fingerprint(link_at(place), is_link=True)
    if not stat.S_ISREG(status.st_mode):
        return "neither a file nor a link"
    with opened(place) as handle:
        return fingerprint(read_all(handle, path))


def link_at(place: Place) -> bytes:
    """The target of a link.

    Raises:
        OSError: there is none.

    """
    with named(place.path):
        return os.fsencode(os.readlink(place.name, dir_fd=place.folder))


def exists(place: Place) -> bool:
    """Whether there is a file, folder or link at a place; a link is not followed."""
    try:
        os.lstat(place.name, dir_fd=place.folder)
    except FileNotFoundError:
        return False
    return True


def remove(place: Place) -> None:
    """Remove a file or link; raises OSError."""
    with named(place.path):
        os.unlink(place.name, dir_fd=place.folder)


def rename(new: Place, place: Place) -> None:
    """Rename a file or link, which replaces the one at ``place``; raises OSError."""
    with named(place.path):
        os.replace(new.name, place.name, src_dir_fd=new.folder, dst_dir_fd=place.folder)


def link(place: Place, target: bytes) -> None:
    """Make a symbolic link; raises OSError."""
    with named(place.path):
        os.symlink(target, os.fsencode(place.name), dir_fd=place.folder)


def sync(path: str) -> None:
    """Write a folder of our own to the disk (fsync)."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with named(path):
            os.fsync(handle)
    finally:
        os.close(handle)
