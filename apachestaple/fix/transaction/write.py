"""Writing all files or none, whatever happens on the way.

Old texts are copied, new ones are written beside their files, and both are synced; then they are
renamed into place. A journal says so before each step, so that a run that is killed can be taken
back by the next one (`recover`).
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from apachestaple.ending import signals_raise
from apachestaple.filesystem.folders import OpenFolders
from apachestaple.filesystem.new_files import opened, read_all, write_copy, write_new
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
    """A file's real path, the text that was read of it, and the one that it is to have.

    ``None`` is no file at all: one that is to be made, or to be taken away. Of a symbolic link the
    texts are what it points to. A file that is made has owner, mode and attributes of ``like``,
    where that is given.
    """

    path: str
    old: str | None
    new: str | None
    is_link: bool = False
    like: str | None = None

    @property
    def undone(self) -> NewText:
        """What takes it back."""
        return replace(self, old=self.new, new=self.old)


def encoded(text: str) -> bytes:
    """The bytes of a text as they are read: UTF-8, with what is none kept."""
    return text.encode("utf-8", "surrogateescape")


@contextlib.contextmanager
def written(
    files: Iterable[NewText],
    main_files: Sequence[str] = (),
    *,
    kept: bool = False,
    undoes: str | None = None,
) -> Iterator[str | None]:
    """Have all files written while the block runs; what the block raises takes them back.

    To be used within `only_one_fix`.

    Args:
        files: what is to be written.
        main_files: of the configurations that they belong to, for who undoes it.
        kept: whether what was there is kept as a backup, of which the folder is yielded.
        undoes: name of the backup that this gives back, and that is dropped in the end.

    Raises:
        WriteError: a file could not be written, or has changed since it was read.

    """
    files = list(files)
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
                f"{error.filename}: {error.strerror}; the files are written and tested, and the "
                "next run does what is left to do about their backup"
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
    """Copy what is there, and write what is to be there beside it."""
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
            # A person knows the other file, and not the name that this one has for a moment.
            write_new(place, encoded(file.new), like=handle, shown=like or "")


def _folders_between(outer: str, path: str) -> Iterator[str]:
    while (path := os.path.dirname(path)) != outer:
        yield path


def _rename(journal: Journal, folders: OpenFolders, renamed: list[Target]) -> None:
    for target in journal.targets:
        # Between the first look and this one lies the time that the copies took.
        if fingerprint_at(target.path, folders) != target.old:
            raise _changed(target.path)
        # First, since a signal may come right after the call.
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
            f"{error.filename or journal.folder}: {error.strerror}; not all could be taken back, "
            "apachestaple fix --recover tries again"
        ) from None


def _told(error: OSError) -> str:
    path = error.filename2 or error.filename or "writing"
    return f"{path}: {error.strerror}; nothing was changed"
