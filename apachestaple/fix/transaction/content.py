"""What stands at a path: a file, a symbolic link, or nothing."""

from __future__ import annotations

import errno
import os
import shutil
import stat

ABSENT = "absent"

# Of a file that was not there before: everybody may read it, as is usual of configurations.
_MODE_OF_NEW = 0o644
# The kernel's own: they are those of a file's bytes, and no other file may have them.
_OF_THE_BYTES = ("security.ima", "security.evm")


def fingerprint(content: bytes | None, *, is_link: bool = False) -> str:
    """What tells a file's bytes, or where a link points to, from any other; ``None`` is nothing."""
    from hashlib import sha256  # noqa: PLC0415  (only where something is written)

    if content is None:
        return ABSENT
    return f"link:{os.fsdecode(content)}" if is_link else f"sha256:{sha256(content).hexdigest()}"


def fingerprint_at(path: str) -> str:
    """The same of what stands at a path, a link not followed.

    Raises:
        OSError: it cannot be read.

    """
    try:
        status = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return ABSENT
    if stat.S_ISLNK(status.st_mode):
        return fingerprint(os.fsencode(os.readlink(path)), is_link=True)
    if not stat.S_ISREG(status.st_mode):
        return "neither a file nor a link"
    with open(path, "rb") as file:
        return fingerprint(file.read())


def write_new(path: str, content: bytes, *, like: str | None) -> None:
    """Write and sync a new file with owner, mode, ACL and extended attributes of another.

    Raises:
        OSError: it could not be written, or an attribute could not be kept.

    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as file:
            if like is None:
                os.fchmod(handle, _MODE_OF_NEW)
            else:
                _take_after(like, handle, path)
            file.write(content)
            file.flush()
            if like is not None:
                os.utime(handle)
            os.fsync(handle)
    except OSError as error:
        # A person knows the other file, and not the name that this one has for a moment.
        error.filename = like or path
        raise


def copy(path: str, to: str) -> None:
    """Copy a file with what its file system can keep of its attributes, or a link, and sync it."""
    shutil.copy2(path, to, follow_symlinks=False)
    if os.path.islink(to):
        return
    status = os.stat(path)
    if (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
        os.chown(to, status.st_uid, status.st_gid)
        shutil.copymode(path, to)
    sync(to)


def sync(path: str) -> None:
    """Have a file or a folder on the disk."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError as error:
        error.filename = path
        raise
    finally:
        os.close(handle)


def _take_after(like: str, handle: int, path: str) -> None:
    status = os.stat(like)
    if (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
        os.fchown(handle, status.st_uid, status.st_gid)
    shutil.copystat(like, path)
    wanted, given = _attributes(like), _attributes(path)
    # A folder's default ACL is given to every new file in it.
    for name in given.keys() - wanted.keys():
        os.removexattr(path, name)
    lost = [name for name in wanted if given.get(name) != wanted[name]]
    if lost:
        raise OSError(errno.EPERM, f"its {', '.join(lost)} cannot be kept", like)
    os.fchmod(handle, stat.S_IMODE(status.st_mode))


def _attributes(path: str) -> dict[str, bytes]:
    """The extended attributes, ACL and SELinux context among them; Python has them on Linux."""
    if not hasattr(os, "listxattr"):
        return {}
    try:
        names = os.listxattr(path)
    except OSError as error:
        if error.errno == errno.ENOTSUP:
            return {}
        raise
    return {name: os.getxattr(path, name) for name in names if name not in _OF_THE_BYTES}
