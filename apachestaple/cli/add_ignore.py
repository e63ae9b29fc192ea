"""``apachestaple lint --add-ignore``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.cli.errors import UsageError, tell
from apachestaple.cli.recover import recover_first
from apachestaple.fix.ignoring import ignoring, write_ignores
from apachestaple.lint.lint import separate_findings
from apachestaple.lint.path_ignores import without_paths
from apachestaple.report.summary import counted
from apachestaple.report.terminal import short

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from apachestaple.mod_ssl.site import Site
    from apachestaple.ocsp.query import Answer, Query
    from apachestaple.rules.rule import Rule
    from apachestaple.settings import Settings


def add_ignores(
    reason: str,
    sites: Sequence[Site],
    rules: Sequence[Rule],
    answers: Mapping[Query, Answer],
    settings: Settings,
) -> None:
    """Add comments that ignore all findings, and print what was changed.

    Raises:
        UsageError: the reason cannot be part of a comment.
        WriteError: nothing was changed.

    """
    if not reason.strip() or not reason.isprintable() or reason.endswith("\\"):
        raise UsageError("--add-ignore takes a reason: one line that does not end in a backslash")
    recover_first()
    found = separate_findings(sites, rules, answers)
    kept = without_paths(found, settings.exclude, settings.per_path_ignores)
    made = ignoring(kept.findings, sites, reason.strip())
    tell(*made.refused)
    if not made.files:
        return
    backup = write_ignores(made, sites)
    files = ", ".join(short(file.path) for file in made.files)
    tell(f"{counted(made.comments, 'comment')} added to {files}")
    if backup is not None:
        tell("to restore the files, run apachestaple fix --undo")
