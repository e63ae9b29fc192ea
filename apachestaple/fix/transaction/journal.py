"""The journal of a run that writes: what is needed to take it back, whenever it ends.

It is a folder in the state folder: ``journal.json`` says what is written where, ``files`` holds
what stood there before, each under its whole path. Kept, the same folder is a backup.
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

# How a backup is called: the time at which its fix began.
_STARTED = re.compile(r"[0-9]{8}T[0-9]{6}\.[0-9]{6}Z")
_TEMPORARY = re.compile(r"\.apachestaple-[0-9a-f]{16}-[0-9]+")
_FINGERPRINT = re.compile(r"absent|sha256:[0-9a-f]{64}|link:.+", re.DOTALL)


class Stage(StrEnum):
    """How far a run has come."""

    # Nothing but copies and temporary files is written.
    PREPARING = "preparing"
    # Each file is as it was or as it is to be; httpd has not yet had its say.
    WRITING = "writing"
    # All is written and tested; what is left is housekeeping.
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Target:
    """A path that is written.

    Raises:
        ValueError: it is none that a fix could have written.

    Attributes:
        path: the real path.
        temporary: path of the file beside it that is renamed to it.
        old: fingerprint of what stood there.
        new: fingerprint of what is to stand there.

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
    """What a run writes.

    Raises:
        ValueError: no run can have written it.

    Attributes:
        folder: where the journal lies.
        stage: how far the run has come, as far as the disk knows.
        started: when it began, as its backup is called.
        main_files: of the configurations that are written.
        kept: whether it becomes a backup in the end.
        undoes: name of the backup that is given back, or ``None``.
        targets: the paths.

    """

    folder: str
    stage: Stage
    started: str
    main_files: tuple[str, ...]
    kept: bool
    undoes: str | None
    targets: tuple[Target, ...]

    def __post_init__(self) -> None:
        # They are names of folders in that of the backups.
        names = (self.started, self.undoes or self.started)
        if not all(_STARTED.fullmatch(name) for name in names):
            raise ValueError("it does not say when the run began")
        if not all(isinstance(path, str) for path in self.main_files):
            raise ValueError("its main files are not paths")

    def at(self, stage: Stage) -> Journal:
        """The journal at another stage; once this returns, the disk knows."""
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
        """Where the journal has what stood at a path."""
        return os.path.join(self.folder, "files", path.lstrip("/"))

    @property
    def backup(self) -> str | None:
        """The folder that it becomes, or ``None`` where it is not kept."""
        return os.path.join(backups_folder(), self.started) if self.kept else None


def begin(
    fingerprints: Iterable[tuple[str, str, str]],
    main_files: tuple[str, ...],
    *,
    kept: bool,
    undoes: str | None = None,
) -> Journal:
    """Open a journal for what is to be written: path, old and new fingerprint of each.

    Raises:
        WriteError: another one is open.
        OSError: it could not be written.

    """
    if open_journal() is not None:
        raise WriteError("an interrupted run has left a journal; run apachestaple fix --recover")
    token = secrets.token_hex(8)
    targets = tuple(
        Target(path, os.path.join(os.path.dirname(path), f".apachestaple-{token}-{n}"), old, new)
        for n, (path, old, new) in enumerate(fingerprints)
    )
    started = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
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
    """Whether a run has left a journal, or one is at it.

    Raises:
        WriteError: somebody else can have written it.

    """
    path = os.path.join(_folder(), _NAME)
    if not os.path.lexists(path):
        return False
    refuse_foreign(path)
    return True


def open_journal() -> Journal | None:
    """The journal of a run that has not come to its end.

    Raises:
        WriteError: there is one, and it cannot be read.

    """
    if is_open():
        return load(_folder())
    if os.path.lexists(_folder()):
        # It had not begun, or was closed already: no file is in between.
        shutil.rmtree(_folder())
    return None


def load(folder: str) -> Journal:
    """The journal in a folder.

    Raises:
        WriteError: it cannot be read, or somebody else can have written it.

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
    """Forget a journal: without its first file the rest of the folder means nothing."""
    os.unlink(os.path.join(journal.folder, _NAME))
    shutil.rmtree(journal.folder)
    sync(os.path.dirname(journal.folder))


def backups_folder() -> str:
    """The folder of the backups."""
    return os.path.join(state_folder(), "backups")


def _folder() -> str:
    return os.path.join(state_folder(), "journal")
