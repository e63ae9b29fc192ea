"""Checks whether anybody except root and the caller can change the file at a path.

The rules are those of ssh's StrictModes and git's safe.directory. Anybody who can write to a folder
can replace the files in it.
"""

from __future__ import annotations

import errno
import grp
import os
import pwd
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = 0
# The number of links that Linux follows.
_MOST_LINKS = 40
_ACL = "system.posix_acl_access"


def distrust(path: str, *, caller: int | None = None) -> str | None:
    """Why somebody else can change the file at a path; ``None`` if nobody can.

    Each folder from ``/`` downwards, each symbolic link and the file must belong to root or to the
    caller, and nobody else may have permission to write. In a folder with the sticky bit, such as
    ``/tmp``, others can add files, but cannot replace those of the caller. For a path that does not
    exist, the existing folders are checked.

    Args:
        path: path of a file or a folder.
        caller: user ID; by default that of this process.

    Raises:
        OSError: a part of the path cannot be examined.

    """
    trusted = {_ROOT, os.geteuid() if caller is None else caller}
    for part, status in _parts(path):
        if status.st_uid not in trusted:
            return f"{part} belongs to {_user(status.st_uid)}"
        writer = _writer(part, status)
        if writer is not None:
            mode = stat.S_IMODE(status.st_mode)
            return f"{writer} can write to {part} (mode {mode:04o})"
    return None


def _parts(path: str) -> Iterator[tuple[str, os.stat_result]]:
    """The root folder, and every part of the path below it, including links and their targets."""
    here = "/"
    yield here, os.lstat(here)
    names = os.path.join(os.getcwd(), path).split("/")[::-1]
    links = 0
    while names:
        name = names.pop()
        if name in {"", "."}:
            continue
        if name == "..":
            here = os.path.dirname(here)
            continue
        part = os.path.join(here, name)
        try:
            status = os.lstat(part)
        except FileNotFoundError:
            return
        yield part, status
        if not stat.S_ISLNK(status.st_mode):
            here = part
            continue
        links += 1
        if links > _MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
        target = os.readlink(part)
        if target.startswith("/"):
            here = "/"
        names += target.split("/")[::-1]


def _writer(path: str, status: os.stat_result) -> str | None:
    """Who else can write to a file, or replace the files in a folder."""
    mode = status.st_mode
    if stat.S_ISLNK(mode) or (stat.S_ISDIR(mode) and mode & stat.S_ISVTX):
        return None
    if mode & stat.S_IWOTH:
        return "everybody"
    if mode & stat.S_IWGRP and not _is_private(path, status):
        return f"the group {_group(status.st_gid)}"
    return None


def _is_private(path: str, status: os.stat_result) -> bool:
    """Whether the owner is the only member of the group, as with user private groups.

    If a file has an ACL, the mode bits of the group also stand for other users.
    """
    try:
        owner = pwd.getpwuid(status.st_uid).pw_name
        group = grp.getgrgid(status.st_gid)
    except KeyError:
        return False
    primary = (user.pw_name for user in pwd.getpwall() if user.pw_gid == group.gr_gid)
    members = {*group.gr_mem, *primary}
    return members <= {owner} and not _has_acl(path)


def _has_acl(path: str) -> bool:
    if not hasattr(os, "listxattr"):
        return False
    try:
        return _ACL in os.listxattr(path)
    except OSError as error:
        return error.errno != errno.ENOTSUP


def _user(number: int) -> str:
    try:
        return f"the user {pwd.getpwuid(number).pw_name}"
    except KeyError:
        return f"the user with the id {number}"


def _group(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return f"with the id {number}"
