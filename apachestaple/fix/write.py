"""Writing all files or none.

Every new text is first written beside its file, owner, mode and extended attributes kept, and
synced; then they are renamed into place. Whatever fails, the old files are back.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Of a file that was not there before: everybody may read it, as is usual of configurations.
_MODE_OF_NEW = 0o644


@dataclass(frozen=True, slots=True)
class NewText:
    """A file's real path, the text that was read of it, and the one that it is to have.

    ``None`` is no file at all: one that is to be made, or to be taken away. Of a symbolic link the
    texts are what it points to.
    """

    path: str
    old: str | None
    new: str | None
    is_link: bool = False

    @property
    def undone(self) -> NewText:
        """What takes it back."""
        return replace(self, old=self.new, new=self.old)


class WriteError(Exception):
    """Nothing was changed; the text says why."""


def encoded(text: str) -> bytes:
    """The bytes of a text as they are read: UTF-8, with what is none kept."""
    return text.encode("utf-8", "surrogateescape")


@contextlib.contextmanager
def only_one_fix() -> Iterator[None]:
    """Keep a second run out while this one writes.

    Raises:
        WriteError: another one is at it.

    """
    from filelock import FileLock, Timeout  # noqa: PLC0415

    path = os.path.join(_state_folder(), "fix.lock")
    try:
        with FileLock(path, timeout=0):
            yield
    except Timeout:
        raise WriteError(f"another apachestaple fix is running (it holds {path})") from None


def write_all(files: Iterable[NewText]) -> None:
    """Write all files, or none.

    Raises:
        WriteError: a file could not be written, or has changed since it was read.

    """
    files = list(files)
    temporary: dict[str, str] = {}
    try:
        for file in files:
            _check_unchanged(file)
            if file.new is not None:
                temporary[file.path] = _written_beside(file)
        _rename_all(files, temporary)
    except OSError as error:
        raise WriteError(f"{error.filename or ''}: {error.strerror}; nothing was changed") from None
    finally:
        for path in temporary.values():
            with contextlib.suppress(OSError):
                os.unlink(path)


def back_up(files: Iterable[NewText]) -> str:
    """Copy the files into a dated folder of their own; returns the folder.

    It lies outside every configuration: beside its file, a copy could be included by a wildcard.

    Raises:
        WriteError: they could not be copied.

    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    try:
        folder = tempfile.mkdtemp(prefix=f"{stamp}-", dir=_state_folder("backups"))
        for file in files:
            if file.old is None:
                continue
            copy = os.path.join(folder, file.path.lstrip("/"))
            os.makedirs(os.path.dirname(copy), exist_ok=True)
            shutil.copy2(file.path, copy, follow_symlinks=False)
    except OSError as error:
        reason = f"{error.filename or ''}: {error.strerror}"
        raise WriteError(f"no backup could be made ({reason}); nothing was changed") from None
    return folder


def _check_unchanged(file: NewText) -> None:
    if _text_now(file) != (None if file.old is None else encoded(file.old)):
        raise WriteError(f"{file.path} has changed since it was read; nothing was changed")


def _text_now(file: NewText) -> bytes | None:
    if file.old is None and not os.path.lexists(file.path):
        return None
    if file.is_link:
        return os.readlink(os.fsencode(file.path))
    with open(file.path, "rb") as opened:
        return opened.read()


def _written_beside(file: NewText) -> str:
    """Write a hidden file beside its own: httpd's wildcards pass over names with a dot."""
    folder, name = os.path.split(file.path)
    handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
    try:
        with os.fdopen(handle, "wb") as opened:
            if file.is_link:
                os.unlink(temporary)
                os.symlink(encoded(file.new or ""), temporary)
                return temporary
            if os.path.exists(file.path):
                _take_after(file.path, handle, temporary)
            else:
                os.fchmod(handle, _MODE_OF_NEW)
            opened.write(encoded(file.new or ""))
            opened.flush()
            os.fsync(handle)
        os.utime(temporary)
    except BaseException:
        os.unlink(temporary)
        raise
    return temporary


def _take_after(path: str, handle: int, temporary: str) -> None:
    """Give a new file the owner of the one at ``path``, and all else that is not its text."""
    status = os.stat(path)
    if (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
        os.fchown(handle, status.st_uid, status.st_gid)
    # Mode, times and extended attributes, the SELinux context among them.
    shutil.copystat(path, temporary)


def _rename_all(files: list[NewText], temporary: dict[str, str]) -> None:
    renamed: list[NewText] = []
    try:
        for file in files:
            if file.new is None:
                os.unlink(file.path)
            else:
                os.replace(temporary[file.path], file.path)
            renamed.append(file)
        for folder in {os.path.dirname(file.path) for file in files}:
            _sync_folder(folder)
    except BaseException:
        for file in renamed:
            if file.old is None:
                os.unlink(file.path)
            else:
                os.replace(_written_beside(file.undone), file.path)
        raise


def _sync_folder(folder: str) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _state_folder(*names: str) -> str:
    from platformdirs import user_state_path  # noqa: PLC0415

    folder = user_state_path("apachestaple").joinpath(*names)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = f"{error.filename}: {error.strerror}"
        raise WriteError(f"there is no place for backup and lock ({reason})") from None
    return str(folder)
