"""``apachestaple fix --undo``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from apachestaple.cli.errors import UsageError
from apachestaple.cli.recover import recover_first
from apachestaple.discovery.starts import find_starts
from apachestaple.fix.activation import activations
from apachestaple.fix.editing.diff import diffs
from apachestaple.fix.transaction.journal import Stage
from apachestaple.fix.transaction.undo import latest_backup, undo
from apachestaple.httpd.reader import read
from apachestaple.mod_ssl.site import understand
from apachestaple.report.fixes import diff_report, undo_report
from apachestaple.report.terminal import emit, is_terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.cli.options import Common
    from apachestaple.httpd.start import Start
    from apachestaple.mod_ssl.site import Site
    from apachestaple.settings import Settings


def undo_latest(common: Common, paths: Sequence[str], *, diff: bool, configtest: str) -> int:
    """Restore the files from before the latest fix (of these paths, if there are any).

    Raises:
        WriteError, UsageError: nothing was changed; the text says why.

    """
    interrupted = recover_first(only_look=diff)
    if interrupted is not None and not interrupted.undoes and interrupted.stage is not Stage.DONE:
        # The interrupted fix was the latest one. An earlier one is not undone in the same run.
        return 0
    settings = common.settings(paths)
    backup = latest_backup([start.main_file for start in _starts(paths, settings)])
    if diff:
        shown = "".join(diffs(backup.files))
        for_people = is_terminal(sys.stdout)
        emit(diff_report(shown, common.paint, for_people=for_people), exact=True)
        return 1
    if configtest == "never":
        # A configuration that is not tested may be missing.
        starts, _ = find_starts(backup.main_files, settings)
    else:
        starts = _starts(backup.main_files, settings)
    running = [_understood(start) for start in starts]
    undo(backup, starts, configtest)
    emit(undo_report(backup, activations(zip(running, map(_understood, starts), strict=True))))
    return 0


def _understood(start: Start) -> Site:
    return understand(read(start), at_once=False)


def _starts(paths: Sequence[str], settings: Settings) -> Sequence[Start]:
    starts, problems = find_starts(paths, settings) if paths else ((), ())
    if problems:
        raise UsageError("; ".join(problems))
    return starts
