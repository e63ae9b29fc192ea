"""Prints the result of ``fix`` and ``fix --undo``."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from apachestaple.cli.errors import tell
from apachestaple.report.fixes import activation_lines, diff_report, test_lines
from apachestaple.report.terminal import columns_of, emit, is_terminal, paint_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from apachestaple.fix.outcome import FixOutcome
    from apachestaple.report.terminal import Paint


def tell_outcome(
    outcome: FixOutcome,
    form: str,
    color: str,
    text_report: Callable[[FixOutcome, Paint, int | None], str],
    *,
    diff: bool,
    quiet: bool = False,
) -> None:
    """Print the result in the format ``text`` or ``json``.

    With ``diff``, only the diff is on standard output, for patch; the report is on standard error,
    unless ``quiet`` is true.
    """
    if form == "json" or diff:
        tell(*outcome.generated)
    if form == "json":
        from apachestaple.report.fix_json import fix_json

        emit(fix_json(outcome))
        # There is no place for them in the contract of the JSON report.
        tell(*outcome.notes, *test_lines(outcome.tested))
        problems = (each for each in outcome.activations if each.problem)
        tell(*activation_lines(problems, is_written=outcome.in_place))
    elif diff:
        shown = is_terminal(sys.stdout)
        emit(diff_report(outcome.files, paint_for(sys.stdout, color), for_people=shown), exact=True)
        if sys.stderr is not None and not quiet:
            told = replace(outcome, generated=())
            paint = paint_for(sys.stderr, color)
            emit(text_report(told, paint, columns_of(sys.stderr)), to=sys.stderr)
    else:
        emit(text_report(outcome, paint_for(sys.stdout, color), columns_of(sys.stdout)))
