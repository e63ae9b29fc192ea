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
from apachestaple.fix.transaction.content import copy, fingerprint, fingerprint_at, sync, write_new
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
    with signals_raise():
        try:
            _check_unchanged(files)
            journal = begin(_fingerprints(files), tuple(main_files), kept=kept, undoes=undoes)
        except OSError as error:
            raise WriteError(_told(error)) from None
        try:
            _prepare(files, journal)
            journal = journal.at(Stage.WRITING)
            _rename(journal, renamed)
            yield journal.backup
            done = journal.at(Stage.DONE)
        except OSError as error:
            _take_back(journal, renamed)
            raise WriteError(_told(error)) from None
        except BaseException:
            _take_back(journal, renamed)
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


def _check_unchanged(files: Iterable[NewText]) -> None:
    for path, old, _ in _fingerprints(files):
        if fingerprint_at(path) != old:
            raise WriteError(f"{path} has changed since it was read; nothing was changed")


def _prepare(files: Sequence[NewText], journal: Journal) -> None:
    """Copy what is there, and write what is to be there beside it."""
    folders = {journal.folder}
    for file, target in zip(files, journal.targets, strict=True):
        if file.old is not None:
            copied = journal.copy_of(file.path)
            os.makedirs(os.path.dirname(copied), exist_ok=True)
            copy(file.path, copied)
            folders.update(_folders_between(journal.folder, copied))
        if file.new is not None and file.is_link:
            os.symlink(encoded(file.new), os.fsencode(target.temporary))
        elif file.new is not None:
            like = file.like if file.old is None else file.path
            write_new(target.temporary, encoded(file.new), like=like)
    for folder in sorted(folders):
        sync(folder)


def _folders_between(outer: str, path: str) -> Iterator[str]:
    while (path := os.path.dirname(path)) != outer:
        yield path


def _rename(journal: Journal, renamed: list[Target]) -> None:
    for target in journal.targets:
        # Between the first look and this one lies the time that the copies took.
        if fingerprint_at(target.path) != target.old:
            raise WriteError(f"{target.path} has changed since it was read; nothing was changed")
        # First, since a signal may come right after the call.
        renamed.append(target)
        if os.path.lexists(target.temporary):
            os.replace(target.temporary, target.path)
        else:
            os.unlink(target.path)
    for folder in {os.path.dirname(target.path) for target in journal.targets}:
        sync(folder)


def _take_back(journal: Journal, renamed: Sequence[Target]) -> None:
    try:
        take_back(journal, renamed)
    except OSError as error:
        raise WriteError(
            f"{error.filename or journal.folder}: {error.strerror}; not all could be taken back, "
            "apachestaple fix --recover tries again"
        ) from None


def _told(error: OSError) -> str:
    # Of a rename, the name that a person knows is the second.
    path = error.filename2 or error.filename or "writing"
    return f"{path}: {error.strerror}; nothing was changed"
