"""Writes all files or none.

The old texts are copied, the new ones are written to temporary files in the same folders, and both
are synced. Then the temporary files are renamed. Each step is written to a journal first, so that
the next run can revert a run that was killed (`recover`).
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from apachestaple.ending import signals_raise
from apachestaple.filesystem.folders import OpenFolders
from apachestaple.filesystem.new_files import opened, read_all, write_copy, write_new
from apachestaple.fix.privileges import sudo_advice, unwritable
from apachestaple.fix.transaction.content import (
    ABSENT,
    fingerprint,
    fingerprint_at,
    link,
    link_at,
    remove,
    rename,
    sync,
)
from apachestaple.fix.transaction.journal import Stage, begin
from apachestaple.fix.transaction.recover import settle, take_back
from apachestaple.fix.transaction.state import WriteError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from apachestaple.fix.transaction.journal import Journal, Target


@dataclass(frozen=True, slots=True)
class NewText:
    """The real path of a file, its old text as it was read, and its new text.

    ``None`` stands for no file: a file with the old text ``None`` is created, one with the new text
    ``None`` is removed. For a symbolic link, the texts are its target. A new file gets the owner,
    mode and attributes of ``like``, if that is given.
    """

    path: str
    old: str | None
    new: str | None
    is_link: bool = False
    like: str | None = None

    @property
    def undone(self) -> NewText:
        """The change that reverts this one."""
        return replace(self, old=self.new, new=self.old)


def encoded(text: str) -> bytes:
    """The bytes of a text that was read as UTF-8; invalid bytes are kept."""
    return text.encode("utf-8", "surrogateescape")


@contextlib.contextmanager
def written(
    files: Iterable[NewText],
    main_files: Sequence[str] = (),
    *,
    kept: bool = False,
    undoes: str | None = None,
) -> Iterator[str | None]:
    """Write all files, then run the block; if it raises an exception, all files are restored.

    To be used within `only_one_fix`. Yields the folder of the backup, or ``None``.

    Args:
        files: the files to write.
        main_files: main files of their configurations, by which ``--undo`` finds the backup.
        kept: whether the old files are kept as a backup.
        undoes: name of the backup that this run restores, which is removed at the end.

    Raises:
        WriteError: a file could not be written, or was changed after it was read.

    """
    files = list(files)
    denied = unwritable(file.path for file in files)
    if denied is not None:
        raise WriteError(f"{denied}; nothing was changed; run the command again with sudo")
    renamed: list[Target] = []
    with signals_raise(), OpenFolders() as folders:
        try:
            _check_unchanged(files, folders)
            journal = begin(_fingerprints(files), tuple(main_files), kept=kept, undoes=undoes)
        except OSError as error:
            raise WriteError(_told(error)) from None
        try:
            _prepare(files, journal, folders)
            journal = journal.at(Stage.WRITING)
            _rename(journal, folders, renamed)
            yield journal.backup
            done = journal.at(Stage.DONE)
        except OSError as error:
            _take_back(journal, folders, renamed)
            raise WriteError(_told(error)) from None
        except BaseException:
            _take_back(journal, folders, renamed)
            raise
        try:
            settle(done)
        except OSError as error:
            raise WriteError(
                f"{error.filename}: {error.strerror}; the files are written and tested, but their "
                "backup is not complete; the next run completes it"
            ) from None


def hard_linked(files: Iterable[NewText]) -> list[str]:
    """Paths of the files that have other names (hard links), which keep the old text."""
    return [
        file.path
        for file in files
        if file.old is not None and not file.is_link and os.lstat(file.path).st_nlink > 1
    ]


def _fingerprints(files: Iterable[NewText]) -> Iterator[tuple[str, str, str]]:
    for file in files:
        old, new = (
            fingerprint(None if text is None else encoded(text), is_link=file.is_link)
            for text in (file.old, file.new)
        )
        yield file.path, old, new


def _check_unchanged(files: Iterable[NewText], folders: OpenFolders) -> None:
    for path, old, _ in _fingerprints(files):
        if fingerprint_at(path, folders) != old:
            raise _changed(path)


def _changed(path: str) -> WriteError:
    return WriteError(f"{path} has changed since it was read; nothing was changed")


def _prepare(files: Sequence[NewText], journal: Journal, folders: OpenFolders) -> None:
    """Copy the old texts, and write the new ones to temporary files."""
    made = {journal.folder}
    for file, target in zip(files, journal.targets, strict=True):
        copied = journal.copy_of(file.path)
        if file.old is not None:
            os.makedirs(os.path.dirname(copied), exist_ok=True)
            made.update(_folders_between(journal.folder, copied))
        if file.is_link:
            _prepare_link(file, target, copied, folders)
        else:
            _prepare_file(file, target, copied, folders)
    for folder in sorted(made):
        sync(folder)


def _prepare_link(file: NewText, target: Target, copied: str, folders: OpenFolders) -> None:
    if file.old is not None:
        link(folders.at(copied), link_at(folders.at(file.path)))
    if file.new is not None:
        link(folders.at(target.temporary), encoded(file.new))


def _prepare_file(file: NewText, target: Target, copied: str, folders: OpenFolders) -> None:
    like = file.like if file.old is None else file.path
    with contextlib.ExitStack() as stack:
        handle = None if like is None else stack.enter_context(opened(folders.at(like)))
        if file.old is not None and handle is not None:
            content = read_all(handle, file.path)
            if fingerprint(content) != target.old:
                raise _changed(file.path)
            write_copy(folders.at(copied), content, like=handle)
        if file.new is not None:
            place = folders.at(target.temporary)
            # Messages name the file whose owner and mode are used, not the temporary file.
            write_new(place, encoded(file.new), like=handle, shown=like or "")


def _folders_between(outer: str, path: str) -> Iterator[str]:
    while (path := os.path.dirname(path)) != outer:
        yield path


def _rename(journal: Journal, folders: OpenFolders, renamed: list[Target]) -> None:
    for target in journal.targets:
        # The file may have been changed while the copies were written.
        if fingerprint_at(target.path, folders) != target.old:
            raise _changed(target.path)
        # Recorded before the call, because a signal may come right after it.
        renamed.append(target)
        place, temporary = folders.at(target.path), folders.at(target.temporary)
        if target.new == ABSENT:
            remove(place)
        else:
            rename(temporary, place)
    for folder in {os.path.dirname(target.path) for target in journal.targets}:
        folders.sync(folder)


def _take_back(journal: Journal, folders: OpenFolders, renamed: Sequence[Target]) -> None:
    try:
        take_back(journal, folders, renamed)
    except OSError as error:
        raise WriteError(
            f"{error.filename or journal.folder}: {error.strerror}; not all files could be "
            "restored; run apachestaple fix --recover"
        ) from None


def _told(error: OSError) -> str:
    path = error.filename2 or error.filename or "writing"
    return f"{path}: {error.strerror}; nothing was changed{sudo_advice(error)}"
