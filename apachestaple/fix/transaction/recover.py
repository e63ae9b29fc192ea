"""Recovery of a run that was interrupted.

A run that was not completely written and tested is reverted. The changes of a run that was tested
are kept, and only its journal is closed or kept as a backup.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING

from apachestaple.filesystem.folders import OpenFolders
from apachestaple.filesystem.new_files import opened, read_all, write_new
from apachestaple.fix.transaction.content import (
    ABSENT,
    exists,
    fingerprint_at,
    link,
    link_at,
    remove,
    rename,
    sync,
)
from apachestaple.fix.transaction.journal import Stage, backups_folder, close, is_open, open_journal
from apachestaple.fix.transaction.state import WriteError, only_one_fix

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apachestaple.fix.transaction.journal import Journal, Target


def recover() -> Journal | None:
    """Revert or complete an interrupted run.

    Returns:
        its journal, as it was found, or ``None`` if there is none.

    Raises:
        WriteError: a file has neither its old nor its new content (then nothing is changed), or
            could not be written. The journal stays.

    """
    if not is_open():
        return None
    with only_one_fix():
        journal = open_journal()
        if journal is None:
            return None
        try:
            if journal.stage is Stage.DONE:
                settle(journal)
            else:
                with OpenFolders() as folders:
                    take_back(journal, folders)
        except OSError as error:
            raise WriteError(
                f"{error.filename or journal.folder}: {error.strerror}; the interrupted run could "
                "not be reverted; run apachestaple fix --recover"
            ) from None
        return journal


def take_back(
    journal: Journal, folders: OpenFolders, targets: Iterable[Target] | None = None
) -> None:
    """Restore the old content of targets (by default all), and close the journal.

    Raises:
        WriteError: a target was changed after the run.
        OSError: a target could not be restored; the journal stays.

    """
    written: list[Target] = []
    if journal.stage is not Stage.PREPARING:
        targets = journal.targets if targets is None else tuple(targets)
        written = [target for target in targets if _is_written(target, journal, folders)]
    _remove_temporary(journal, folders)
    for target in reversed(written):
        _put_back(target, journal, folders)
    for folder in {os.path.dirname(target.path) for target in written}:
        folders.sync(folder)
    close(journal)


def settle(journal: Journal) -> None:
    """Complete a run that is written and tested: keep its journal as a backup, or remove it.

    Raises:
        OSError: this was not possible; the journal stays.

    """
    if journal.undoes is not None:
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(os.path.join(backups_folder(), journal.undoes))
    backup = journal.backup
    if backup is None:
        close(journal)
        return
    os.makedirs(os.path.dirname(backup), mode=0o700, exist_ok=True)
    os.rename(journal.folder, backup)
    sync(os.path.dirname(backup))
    sync(os.path.dirname(journal.folder))


def _is_written(target: Target, journal: Journal, folders: OpenFolders) -> bool:
    now = fingerprint_at(target.path, folders)
    if now not in {target.old, target.new}:
        raise WriteError(
            f"{target.path} was changed since the interrupted run of {journal.time}, so nothing "
            f"is restored. The old files are in {journal.folder}/files; repair the files by hand, "
            f"and remove {journal.folder}"
        )
    return now == target.new


def _put_back(target: Target, journal: Journal, folders: OpenFolders) -> None:
    place, temporary = folders.at(target.path), folders.at(target.temporary)
    if target.old == ABSENT:
        remove(place)
        return
    copied = folders.at(journal.copy_of(target.path))
    if fingerprint_at(copied.path, folders) != target.old:
        raise WriteError(f"{copied.path} is damaged; {target.path} cannot be restored from it")
    if target.old.startswith("link:"):
        link(temporary, link_at(copied))
    else:
        with opened(copied) as kept, opened(copied if target.new == ABSENT else place) as like:
            write_new(temporary, read_all(kept, copied.path), like=like, shown=target.path)
    rename(temporary, place)


def _remove_temporary(journal: Journal, folders: OpenFolders) -> None:
    for target in journal.targets:
        # A read-only file system rejects the removal of a file that does not exist, too.
        with contextlib.suppress(FileNotFoundError):
            temporary = folders.at(target.temporary)
            if exists(temporary):
                remove(temporary)
