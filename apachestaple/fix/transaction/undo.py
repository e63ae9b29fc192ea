"""Restores the files from before the latest fix."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apachestaple.errors import OperatingSystemError
from apachestaple.filesystem.folders import OpenFolders
from apachestaple.filesystem.new_files import opened, read_all
from apachestaple.fix.privileges import sudo_advice
from apachestaple.fix.transaction.configtest import RejectedError, configtest
from apachestaple.fix.transaction.content import ABSENT, fingerprint, fingerprint_at, link_at
from apachestaple.fix.transaction.journal import backups_folder, load
from apachestaple.fix.transaction.state import WriteError, only_one_fix
from apachestaple.fix.transaction.write import NewText, written

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from apachestaple.fix.transaction.configtest import Tested
    from apachestaple.fix.transaction.journal import Journal, Target
    from apachestaple.httpd.start import Start

# The paths in the message that there is no backup of them.
_MOST_LISTED = 5


class NoBackupError(WriteError):
    """There is no fix to undo."""


@dataclass(frozen=True)
class Backup:
    """The backup of a fix.

    Attributes:
        name: the name of its folder.
        started: the time at which the fix started, for people.
        main_files: main files of the configurations that it repaired.
        files: the files to write in order to restore everything.

    """

    name: str
    started: str
    main_files: tuple[str, ...]
    files: tuple[NewText, ...]


def latest_backup(
    named: Collection[str] = (), own: Callable[[], str | None] = lambda: None
) -> Backup:
    """The backup of the latest fix.

    Args:
        named: main files of the configurations to restore; if empty, the latest fix of all.
        own: returns the main file of this machine's httpd.

    Raises:
        NoBackupError: there is none.
        WriteError: it is damaged, files were changed after the fix, or it is not
            certain that the latest fix is meant, because it changed other configurations.

    """
    journals = list(_journals())
    if named:
        wanted = set(map(os.path.realpath, named))
        journals = [each for each in journals if wanted & _configurations(each)]
    if not journals:
        of_these = f" of {_shortened(named)}" if named else ""
        advice = "" if os.geteuid() == 0 else "; the backups of root need sudo"
        raise NoBackupError(
            f"there is no backup{of_these} in {backups_folder()}; nothing was changed{advice}"
        )
    latest = journals[0]
    if named:
        others = [
            path
            for path in latest.main_files
            if os.path.realpath(path) not in wanted and os.path.lexists(path)
        ]
        if others:
            raise WriteError(
                f"the fix of {latest.time} also repaired {', '.join(others)}; to undo it, name all "
                "of them: apachestaple fix --undo PATH…; nothing was changed"
            )
    elif any(_configurations(each) != _configurations(latest) for each in journals):
        machine = own()
        if machine is None or _configurations(latest) != {os.path.realpath(machine)}:
            raise WriteError(
                f"there are fixes of several configurations: {_listed(journals)}; name the one to "
                "undo: apachestaple fix --undo PATH; nothing was changed"
            )
    return _backup(latest)


def _shortened(paths: Collection[str]) -> str:
    """The first paths and the number of the others."""
    first = ", ".join(list(paths)[:_MOST_LISTED])
    more = len(paths) - _MOST_LISTED
    return f"{first} and {more} more files" if more > 0 else first


def undo(backup: Backup, starts: Sequence[Start], mode: str) -> Tested:
    """Restore the files of a backup, and remove the backup.

    Raises:
        WriteError: nothing was changed; the text says why.

    """
    with only_one_fix():
        test = configtest(starts, mode)
        with written(backup.files, backup.main_files, undoes=backup.name):
            try:
                return test.again()
            except RejectedError as error:
                raise WriteError(
                    "httpd -t rejects the old files, so nothing was restored "
                    f"(to skip this test, use --configtest never): {error}"
                ) from None
            except OperatingSystemError as error:
                raise WriteError(f"{error}; nothing was restored") from None


def _journals() -> Iterator[Journal]:
    """The journals of all backups, the latest first."""
    try:
        names = sorted(os.listdir(backups_folder()), reverse=True)
    except FileNotFoundError:
        return
    except OSError as error:
        raise WriteError(
            f"{error.filename}: {error.strerror}; nothing was changed{sudo_advice(error)}"
        ) from None
    for name in names:
        yield load(os.path.join(backups_folder(), name))


def _configurations(journal: Journal) -> set[str]:
    return set(map(os.path.realpath, journal.main_files))


def _listed(journals: Iterable[Journal]) -> str:
    """The configurations with the latest fixes, each with its latest one."""
    latest: dict[tuple[str, ...], str] = {}
    for journal in journals:
        latest.setdefault(journal.main_files, journal.time)
    fixes = [f"{', '.join(paths)} ({time})" for paths, time in latest.items()]
    more = len(fixes) - _MOST_LISTED
    return "; ".join(fixes[:_MOST_LISTED]) + (f"; and {more} more" if more > 0 else "")


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
                    f"changed since the fix of {journal.time}: {', '.join(changed)}; "
                    f"nothing was restored. The old files are in {journal.folder}"
                )
            files = tuple(_given_back(target, journal, folders) for target in journal.targets)
    except OSError as error:
        raise WriteError(
            f"{error.filename}: {error.strerror}; nothing was changed{sudo_advice(error)}"
        ) from None
    name = os.path.basename(journal.folder)
    return Backup(name, journal.time, journal.main_files, files)


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
