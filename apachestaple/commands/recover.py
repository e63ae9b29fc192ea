"""``apachestaple fix --recover``, and what every other fix does first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.commands.trouble import TroubleError, tell
from apachestaple.fix.transaction.journal import Stage, is_open
from apachestaple.fix.transaction.recover import recover
from apachestaple.fix.transaction.state import WriteError
from apachestaple.report.terminal import emit

if TYPE_CHECKING:
    from apachestaple.fix.transaction.journal import Journal


def run_recover(*, alone: bool = True) -> int:
    """Take back a run that was interrupted, if there is one.

    Raises:
        TroubleError: it cannot be taken back, or there is more that was asked for.

    """
    if not alone:
        raise TroubleError("--recover takes back whatever was interrupted; it stands alone")
    journal = _recovered()
    emit("There is nothing to recover.\n" if journal is None else _told(journal) + "\n")
    return 0


def recover_first(*, only_look: bool = False) -> Journal | None:
    """Take back a run that was interrupted, and say so; or only say that there is one.

    Raises:
        TroubleError: it cannot be taken back.

    """
    if only_look:
        if _is_open():
            tell("an earlier run was interrupted; apachestaple fix --recover takes it back")
        return None
    journal = _recovered()
    if journal is not None:
        tell(_told(journal))
    return journal


def _recovered() -> Journal | None:
    try:
        return recover()
    except WriteError as error:
        raise TroubleError(str(error)) from None


def _is_open() -> bool:
    try:
        return is_open()
    except WriteError as error:
        raise TroubleError(str(error)) from None


def _told(journal: Journal) -> str:
    run = "--undo" if journal.undoes else "fix"
    start = f"the {run} of {journal.started} was interrupted"
    if journal.stage is Stage.PREPARING:
        return f"{start} before it had changed anything; its temporary files are removed"
    if journal.stage is Stage.DONE:
        return f"{start} when all was written and tested; it stays, and its journal is closed"
    return f"{start} before all was written and tested, so it was taken back"
