"""``apachestaple fix --undo``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.cli.errors import UsageError, tell
from apachestaple.cli.outcome import tell_outcome
from apachestaple.cli.recover import recover_first
from apachestaple.discovery.starts import find_starts
from apachestaple.fix.outcome import FixOutcome
from apachestaple.fix.revert import revert
from apachestaple.fix.transaction.journal import Stage
from apachestaple.fix.transaction.undo import NoBackupError, latest_backup
from apachestaple.report.fix_json import fix_json
from apachestaple.report.fixes import undo_report
from apachestaple.report.terminal import emit
from apachestaple.rules.catalogue import select_rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.cli.options import Common
    from apachestaple.httpd.start import Start
    from apachestaple.settings import Settings


def undo_latest(
    common: Common, paths: Sequence[str], *, diff: bool, form: str, configtest: str
) -> int:
    """Restore the files from before the latest fix (of these paths, if there are any).

    A JSON report is printed also if there is nothing to undo, for programs that do not know whether
    there is.

    Raises:
        WriteError, UsageError: nothing was changed; the text says why.

    """
    interrupted = recover_first(only_look=diff)
    if interrupted is not None and not interrupted.undoes and interrupted.stage is not Stage.DONE:
        # The interrupted fix was the latest one. An earlier one is not undone in the same run.
        if diff:
            tell("--undo would only revert the interrupted run")
        if form == "json":
            emit(fix_json(FixOutcome(files=()), reverted=interrupted.stage is Stage.WRITING))
        return int(diff)
    settings = common.settings(paths)
    named: list[Start] = []
    if paths:
        found, problems, _ = find_starts(paths, settings, in_servers=True)
        if problems:
            raise UsageError("; ".join(problems))
        named += found.unread(())
    try:
        backup = latest_backup(
            [path for start in named for path in start.files], lambda: _own_main_file(settings)
        )
    except NoBackupError as error:
        if form != "json":
            raise
        tell(str(error))
        emit(fix_json(FixOutcome(files=())))
        return 0
    verb = "would undo" if diff else "undoing"
    tell(f"{verb} the fix of {backup.started} in {', '.join(backup.main_files)}")
    found, problems, _ = find_starts(backup.main_files, settings)
    if problems and configtest != "never" and not diff:
        # A configuration that is not tested may be missing.
        raise UsageError("; ".join(problems))
    rules = select_rules(settings.select, settings.ignore)
    outcome = revert(backup, found, rules, configtest, diff=diff)
    tell_outcome(outcome, form, common.color, undo_report, diff=diff, quiet=common.quiet)
    return int(diff)


def _own_main_file(settings: Settings) -> str | None:
    """The main file of this machine's httpd, if one is installed."""
    starts = find_starts((), settings).starts.first
    return starts[0].main_file if starts else None
