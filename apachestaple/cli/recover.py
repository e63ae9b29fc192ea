"""``apachestaple fix --recover``, and the recovery at the start of every other fix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.cli.errors import tell
from apachestaple.fix.transaction.journal import Stage, interrupted_journal
from apachestaple.fix.transaction.recover import recover
from apachestaple.report.terminal import emit

if TYPE_CHECKING:
    from apachestaple.fix.transaction.journal import Journal


def recover_alone() -> int:
    """Recover from an interrupted run, if there is one, and print the result.

    Raises:
        WriteError: the run could not be reverted.

    """
    journal = recover()
    emit("Nothing to recover.\n" if journal is None else _told(journal) + "\n")
    return 0


def recover_first(*, only_look: bool = False) -> Journal | None:
    """Recover from an interrupted run, and print a message; with ``only_look``, only print it.

    Returns the journal of that run, as it was found.

    Raises:
        WriteError: the run could not be reverted.

    """
    if only_look:
        journal = interrupted_journal()
        if journal is not None:
            tell("an earlier run was interrupted; run apachestaple fix --recover")
        return journal
    journal = recover()
    if journal is not None:
        tell(_told(journal))
    return journal


def _told(journal: Journal) -> str:
    run = "--undo" if journal.undoes else "fix"
    start = f"the {run} of {journal.time} was interrupted"
    if journal.stage is Stage.PREPARING:
        return f"{start} before it changed anything; its temporary files were removed"
    if journal.stage is Stage.DONE:
        return f"{start} after everything was written and tested; its changes are kept"
    return f"{start} before everything was written and tested; its changes were reverted"
