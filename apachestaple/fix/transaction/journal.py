"""The journal of a run that writes files, with all that is needed to revert it.

It is a folder in the state folder. ``journal.json`` lists the files that are written; ``files``
contains their old content, each under its whole path. A journal that is kept becomes a backup.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from apachestaple.fix.transaction.content import sync
from apachestaple.fix.transaction.state import WriteError, refuse_foreign, state_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME = "journal.json"

# The name of a backup: the time at which its fix started.
_TIME = "%Y%m%dT%H%M%S.%fZ"
_STARTED = re.compile(r"[0-9]{8}T[0-9]{6}\.[0-9]{6}Z")
_TEMPORARY = re.compile(r"\.apachestaple-[0-9a-f]{16}-[0-9]+")
_FINGERPRINT = re.compile(r"absent|sha256:[0-9a-f]{64}|link:.+", re.DOTALL)


class Stage(StrEnum):
    """The progress of a run."""

    # Only copies and temporary files are written.
    PREPARING = "preparing"
    # Each file has its old or its new content; httpd has not tested them yet.
    WRITING = "writing"
    # Everything is written and tested; only the journal remains to be closed or kept.
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Target:
    """A path that is written.

    Raises:
        ValueError: no fix can have written it.

    Attributes:
        path: the real path.
        temporary: path of the temporary file in the same folder, which is renamed to ``path``.
        old: fingerprint of the old content.
        new: fingerprint of the new content.

    """

    path: str
    temporary: str
    old: str
    new: str

    def __post_init__(self) -> None:
        for path in (self.path, self.temporary):
            if not os.path.isabs(path) or os.path.normpath(path) != path or "\0" in path:
                raise ValueError(f"{path!r} is not an absolute path")
        folder, name = os.path.split(self.temporary)
        if folder != os.path.dirname(self.path) or not _TEMPORARY.fullmatch(name):
            raise ValueError(f"{self.temporary!r} is not a temporary file beside {self.path!r}")
        if not all(_FINGERPRINT.fullmatch(each) for each in (self.old, self.new)):
            raise ValueError(f"{self.path!r} has no fingerprint")


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal of one run.

    Raises:
        ValueError: no run can have written it.

    Attributes:
        folder: the folder of the journal.
        stage: the progress of the run, as it is written on the disk.
        started: the time at which it started, which is also the name of its backup.
        main_files: main files of the configurations that are written.
        kept: whether it becomes a backup at the end.
        undoes: name of the backup that this run restores, or ``None``.
        targets: the paths that are written.

    """

    folder: str
    stage: Stage
    started: str
    main_files: tuple[str, ...]
    kept: bool
    undoes: str | None
    targets: tuple[Target, ...]

    def __post_init__(self) -> None:
        # They are used as names of folders.
        names = (self.started, self.undoes or self.started)
        if not all(_STARTED.fullmatch(name) for name in names):
            raise ValueError("it has no valid start time")
        datetime.strptime(self.started, _TIME).replace(tzinfo=UTC)
        if not all(isinstance(path, str) for path in self.main_files):
            raise ValueError("its main files are not paths")

    def at(self, stage: Stage) -> Journal:
        """The journal at another stage, which is on the disk when this returns."""
        journal = replace(self, stage=stage)
        known = asdict(journal)
        del known["folder"]
        new = os.path.join(self.folder, f"{_NAME}.new")
        with open(new, "w", encoding="ascii") as file:
            json.dump(known, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, os.path.join(self.folder, _NAME))
        sync(self.folder)
        return journal

    def copy_of(self, path: str) -> str:
        """Path of the copy of a file's old content."""
        return os.path.join(self.folder, "files", path.lstrip("/"))

    @property
    def time(self) -> str:
        """The time at which the run started, in UTC, for people."""
        started = datetime.strptime(self.started, _TIME).replace(tzinfo=UTC)
        return f"{started:%Y-%m-%d %H:%M:%S} UTC"

    @property
    def backup(self) -> str | None:
        """The folder of the backup, or ``None`` if the journal is not kept."""
        return os.path.join(backups_folder(), self.started) if self.kept else None


def begin(
    fingerprints: Iterable[tuple[str, str, str]],
    main_files: tuple[str, ...],
    *,
    kept: bool,
    undoes: str | None = None,
) -> Journal:
    """Open a journal for files that are to be written: path, old and new fingerprint of each.

    Raises:
        WriteError: another journal is open.
        OSError: the journal could not be written.

    """
    if open_journal() is not None:
        raise WriteError("an interrupted run has left a journal; run apachestaple fix --recover")
    token = secrets.token_hex(8)
    targets = tuple(
        Target(path, os.path.join(os.path.dirname(path), f".apachestaple-{token}-{n}"), old, new)
        for n, (path, old, new) in enumerate(fingerprints)
    )
    started = datetime.now(UTC).strftime(_TIME)
    journal = Journal(_folder(), Stage.PREPARING, started, main_files, kept, undoes, targets)
    os.mkdir(journal.folder, mode=0o700)
    try:
        journal = journal.at(Stage.PREPARING)
        sync(os.path.dirname(journal.folder))
    except BaseException:
        shutil.rmtree(journal.folder)
        raise
    return journal


def is_open() -> bool:
    """Whether there is a journal, of a run that was interrupted or is still running.

    Raises:
        WriteError: somebody else may have written it.

    """
    path = os.path.join(_folder(), _NAME)
    if not os.path.lexists(path):
        return False
    refuse_foreign(path)
    return True


def interrupted_journal() -> Journal | None:
    """The journal of a run that was interrupted or is still running; changes nothing.

    Raises:
        WriteError: there is one, but it cannot be read.

    """
    return load(_folder()) if is_open() else None


def open_journal() -> Journal | None:
    """The journal of an interrupted run, or ``None``.

    Raises:
        WriteError: there is one, but it cannot be read.

    """
    if is_open():
        return load(_folder())
    if os.path.lexists(_folder()):
        # The run had not changed a file yet, or its journal was already closed.
        shutil.rmtree(_folder())
    return None


def load(folder: str) -> Journal:
    """The journal in a folder.

    Raises:
        WriteError: it cannot be read, or somebody else may have written it.

    """
    path = os.path.join(folder, _NAME)
    try:
        refuse_foreign(path)
        with open(path, encoding="ascii") as file:
            known = json.load(file)
        return Journal(
            folder,
            Stage(known["stage"]),
            known["started"],
            tuple(known["main_files"]),
            known["kept"],
            known["undoes"],
            tuple(Target(**target) for target in known["targets"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WriteError(f"{path} cannot be read ({error}); nothing was changed") from None


def close(journal: Journal) -> None:
    """Remove a journal, its ``journal.json`` first: without it, the rest has no effect."""
    os.unlink(os.path.join(journal.folder, _NAME))
    shutil.rmtree(journal.folder)
    sync(os.path.dirname(journal.folder))


def backups_folder() -> str:
    """The folder of the backups."""
    return os.path.join(state_folder(), "backups")


def _folder() -> str:
    return os.path.join(state_folder(), "journal")
