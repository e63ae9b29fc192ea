"""``--baseline`` and ``--write-baseline`` of ``lint``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.cli.errors import tell
from apachestaple.filesystem.replacing import replace_file
from apachestaple.lint.baseline import baseline_text, compared, entries, read_baseline
from apachestaple.report.summary import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from apachestaple.lint.baseline import Entry
    from apachestaple.rules.finding import Finding

_MOST_TOLD = 10


def new_findings(
    findings: Sequence[Finding], read: Iterable[str], baseline: str | None, write: str | None
) -> tuple[Finding, ...]:
    """The findings that are not in the baseline; prints what is repaired.

    With ``write`` alone, all findings are written to a new baseline, and none is new. With both,
    the new baseline has those that were in the old one and are not repaired.

    Raises:
        BaselineError: the baseline cannot be read.
        OSError: the new one cannot be written.

    """
    if baseline is None:
        if write is None:
            return tuple(findings)
        _write(write, entries(findings, write))
        return ()
    found = compared(findings, read_baseline(baseline), baseline, read)
    if found.repaired:
        _tell_repaired(found.repaired, baseline, is_removed=write is not None)
    if write is not None:
        new = set(map(id, found.new))
        every = zip(findings, entries(findings, write), strict=True)
        known = [entry for finding, entry in every if id(finding) not in new]
        _write(write, [*known, *(_moved(entry, baseline, write) for entry in found.others)])
    return found.new


def _write(path: str, found: Sequence[Entry]) -> None:
    replace_file(path, baseline_text(found).encode("ascii"))
    tell(f"{path}: baseline of {counted(len(found), 'finding')} written")


def _moved(entry: Entry, old: str, new: str) -> Entry:
    """The entry for a baseline in another folder."""
    file = os.path.join(os.path.dirname(os.path.abspath(old)), entry.file)
    return entry._replace(file=os.path.relpath(file, os.path.dirname(os.path.abspath(new))))


def _tell_repaired(repaired: Sequence[Entry], baseline: str, *, is_removed: bool) -> None:
    for entry in repaired[:_MOST_TOLD]:
        tell(f"repaired: {entry.rule} in {entry.file}: {entry.message}")
    more = len(repaired) - _MOST_TOLD
    if more > 0:
        tell(f"repaired: {counted(more, 'more finding')}")
    if not is_removed:
        number = counted(len(repaired), "finding")
        tell(
            f"{number} of the baseline repaired; to remove repaired findings from it, run lint "
            f"with --baseline {baseline} --write-baseline {baseline}"
        )
