"""Restores the files from before the latest fix."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apachestaple.filesystem.folders import OpenFolders
from apachestaple.filesystem.new_files import opened, read_all
from apachestaple.fix.transaction.configtest import configtests
from apachestaple.fix.transaction.content import ABSENT, fingerprint, fingerprint_at, link_at
from apachestaple.fix.transaction.journal import backups_folder, load
from apachestaple.fix.transaction.state import WriteError, only_one_fix
from apachestaple.fix.transaction.write import NewText, written

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from apachestaple.fix.transaction.journal import Journal, Target
    from apachestaple.httpd.start import Start


@dataclass(frozen=True)
class Backup:
    """The backup of a fix.

    Attributes:
        started: the time at which the fix started, which is also the name of the folder.
        main_files: main files of the configurations that it repaired.
        files: the files to write in order to restore everything.

    """

    started: str
    main_files: tuple[str, ...]
    files: tuple[NewText, ...]


def latest_backup(main_files: Collection[str] = ()) -> Backup:
    """The backup of the latest fix (of one of these main files, if there are any).

    Raises:
        WriteError: there is none, it is damaged, or files were changed after the fix.

    """
    try:
        names = sorted(os.listdir(backups_folder()), reverse=True)
    except FileNotFoundError:
        names = []
    except OSError as error:
        raise WriteError(f"{error.filename}: {error.strerror}; nothing was changed") from None
    for name in names:
        journal = load(os.path.join(backups_folder(), name))
        if not main_files or set(main_files) & set(journal.main_files):
            return _backup(journal)
    of_these = f" of {', '.join(main_files)}" if main_files else ""
    raise WriteError(f"there is no backup{of_these} in {backups_folder()}; nothing was changed")


def undo(backup: Backup, starts: Sequence[Start], configtest: str) -> None:
    """Restore the files of a backup, and remove the backup.

    Raises:
        WriteError: nothing was changed; the text says why.

    """
    with only_one_fix():
        rejection = configtests(starts, configtest)
        with written(backup.files, backup.main_files, undoes=backup.started):
            message = rejection()
            if message is not None:
                raise WriteError(
                    "httpd -t rejects the old files, so nothing was restored "
                    f"(to skip this test, use --configtest never): {' '.join(message.split())}"
                )


def _backup(journal: Journal) -> Backup:
    try:
        with OpenFolders() as folders:
            changed = [
                target.path
                for target in journal.targets
                if fingerprint_at(target.path, folders) != target.new
            ]
            if changed:
                raise WriteError(
                    f"changed since the fix of {journal.started}: {', '.join(changed)}; "
                    f"nothing was restored. The old files are in {journal.folder}"
                )
            files = tuple(_given_back(target, journal, folders) for target in journal.targets)
    except OSError as error:
        raise WriteError(f"{error.filename}: {error.strerror}; nothing was changed") from None
    return Backup(os.path.basename(journal.folder), journal.main_files, files)


def _given_back(target: Target, journal: Journal, folders: OpenFolders) -> NewText:
    copied = journal.copy_of(target.path)
    is_link = "link:" in (target.old[:5], target.new[:5])
    now, before = (
        None if print_ == ABSENT else _content(path, folders, is_link=is_link)
        for path, print_ in ((target.path, target.new), (copied, target.old))
    )
    if fingerprint(before, is_link=is_link) != target.old:
        raise WriteError(f"{copied} is damaged; nothing was changed")
    return NewText(target.path, _text(now), _text(before), is_link, like=copied)


def _content(path: str, folders: OpenFolders, *, is_link: bool) -> bytes:
    place = folders.at(path)
    if is_link:
        return link_at(place)
    with opened(place) as handle:
        return read_all(handle, path)


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode("utf-8", "surrogateescape")
