"""``apachestaple fix --undo``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from apachestaple.commands.recover import recover_first
from apachestaple.commands.trouble import TroubleError, one_of
from apachestaple.discovery.sites import find_starts
from apachestaple.fix.editing.diff import unified
from apachestaple.fix.transaction.journal import Stage
from apachestaple.fix.transaction.state import WriteError
from apachestaple.fix.transaction.undo import latest_backup, undo
from apachestaple.report.fixes import diff_report, undo_report
from apachestaple.report.terminal import emit, paint_for
from apachestaple.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from apachestaple.commands.fix import FixSwitches


def run_undo(
    paths: Sequence[str],
    options: Mapping[str, object],
    switches: FixSwitches,
    *,
    config: str | None = None,
) -> int:
    """Give back what the latest fix found (the latest of these paths, where some are given).

    Raises:
        TroubleError: nothing was changed, and the text says why.

    """
    configtest = one_of("--configtest", switches.configtest, "auto", "always", "never")
    if switches.output or switches.unsafe or switches.outside or not switches.backup:
        raise TroubleError("--undo goes with PATH, --diff and --configtest, and with nothing else")
    interrupted = recover_first(only_look=switches.diff)
    if interrupted is not None and not interrupted.undoes and interrupted.stage is not Stage.DONE:
        # That was the latest fix; the one before it stays until it is asked for.
        return 0
    settings = load_settings(options, near=paths[0] if paths else None, config=config)
    starts, troubles = find_starts(paths, settings) if paths else ([], [])
    if troubles:
        raise TroubleError("; ".join(troubles))
    try:
        backup = latest_backup([start.main_file for start in starts])
        if switches.diff:
            shown = "".join(map(unified, backup.files))
            emit(diff_report(shown, paint_for(sys.stdout)), exact=True)
            return 1
        # Never tested, a configuration need not even be found.
        tested = backup.main_files if configtest != "never" else ()
        starts, troubles = find_starts(tested, settings) if tested else ([], [])
        if troubles:
            raise TroubleError("; ".join(troubles))
        undo(backup, starts, configtest)
    except WriteError as error:
        raise TroubleError(str(error)) from None
    emit(undo_report(backup))
    return 0
