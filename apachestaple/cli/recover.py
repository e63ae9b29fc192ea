"""``apachestaple fix --recover``, and what every other fix does first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.cli.errors import tell
from apachestaple.fix.transaction.journal import Stage, is_open
from apachestaple.fix.transaction.recover import recover
from apachestaple.report.terminal import emit

if TYPE_CHECKING:
    from apachestaple.fix.transaction.journal import Journal


def recover_alone() -> int:
    """Take back a run that was interrupted, if there is one, and print what was done.

    Raises:
        WriteError: it cannot be taken back.

    """
    journal = recover()
    emit("There is nothing to recover.\n" if journal is None else _told(journal) + "\n")
    return 0


def recover_first(*, only_look: bool = False) -> Journal | None:
    """Take back a run that was interrupted, and say so; or only say that there is one.

    Raises:
        WriteError: it cannot be taken back.

    """
    if only_look:
        if is_open():
            tell("an earlier run was interrupted; apachestaple fix --recover takes it back")
        return None
    journal = recover()
    if journal is not None:
        tell(_told(journal))
    return journal


def _told(journal: Journal) -> str:
    run = "--undo" if journal.undoes else "fix"
    start = f"the {run} of {journal.started} was interrupted"
    if journal.stage is Stage.PREPARING:
        return f"{start} before it had changed anything; its temporary files are removed"
    if journal.stage is Stage.DONE:
        return f"{start} when all was written and tested; it stays, and its journal is closed"
    return f"{start} before all was written and tested, so it was taken back"
