"""The reports of ``fix`` and ``fix --undo``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.report.summary import counted
from apachestaple.report.terminal import Paint, printable, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apachestaple.fix.activation import Activation
    from apachestaple.fix.run import FixOutcome
    from apachestaple.fix.transaction.undo import Backup

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def diff_report(diff: str, paint: Paint, *, for_people: bool) -> str:
    """The diff: exact bytes for patch, escaped on a terminal."""
    if not for_people:
        return diff
    return "".join(_coloured(line, paint) + "\n" for line in diff.split("\n")[:-1])


def _coloured(line: str, paint: Paint) -> str:
    shown = printable(line.replace("\t", "    "))
    if line.startswith(("+++", "---")):
        return paint(shown, "bold")
    colour = _COLOURS.get(line[:1])
    return paint(shown, colour) if colour else shown


def fix_report(outcome: FixOutcome, paint: Paint) -> str:
    """The changes, the files that were written, refusals and remaining findings."""
    return "\n".join(_lines(outcome, paint)) + "\n"


def undo_report(backup: Backup, activations: Iterable[Activation]) -> str:
    """The files that were restored, and the command that applies the change."""
    paths = ", ".join(printable(short(file.path)) for file in backup.files)
    restored = f"Restored from before the fix of {backup.started}: {paths}"
    return "\n".join([restored, *activation_lines(activations)]) + "\n"


def activation_lines(activations: Iterable[Activation]) -> Iterator[str]:
    """The commands that make httpd use the files."""
    for activation in activations:
        command, problem = printable(activation.command), activation.problem
        if problem is None:
            yield f"To apply the changes, reload httpd: {command}"
            continue
        warning = (
            "Do not reload it, not even with apachectl restart"
            if problem.is_harmful
            else "A reload is not enough"
        )
        yield (
            f"To apply the changes, stop and start httpd: {command}. {warning}: "
            f"{printable(problem.reason)}."
        )


def _lines(outcome: FixOutcome, paint: Paint) -> Iterator[str]:
    if not outcome.changes:
        yield "Nothing to repair."
    else:
        yield paint(f"{counted(len(outcome.changes), 'change')}:", "bold", "green")
        yield from (f"  {printable(change)}" for change in outcome.changes)
        yield from _hosts(outcome, paint)
    if outcome.written:
        yield "Written:"
        yield from (f"  {printable(short(path))}" for path in outcome.written)
    if outcome.backup:
        yield f"Backup of the old files: {printable(short(outcome.backup))}"
        yield "To restore them, run: apachestaple fix --undo"
    yield from activation_lines(outcome.activations)
    yield from (f"Note: {printable(note)}" for note in outcome.notes)
    if outcome.refused:
        yield paint("Refusals:", "bold")
        yield from (f"  {printable(reason)}" for reason in outcome.refused)
    if outcome.remaining:
        yield paint(f"{counted(len(outcome.remaining), 'remaining finding')}:", "bold")
    for finding in outcome.remaining:
        place = f"{printable(short(finding.place.file))}:{finding.place.line}"
        yield f"  {place}: {finding.severity}[{finding.code}] {printable(finding.message)}"
        yield f"    {printable(finding.help)}"


def _hosts(outcome: FixOutcome, paint: Paint) -> Iterator[str]:
    """The hosts that change, and the number of the others."""
    changed = [host for host in outcome.hosts if host.before != host.after]
    if changed:
        yield paint(f"{counted(len(changed), 'host')}:", "bold")
    for host in changed:
        yield f"  {printable(host.name)}: {printable(host.after)}"
        if host.before:
            yield f"    before: {printable(host.before)}"
    others = len(outcome.hosts) - len(changed)
    if changed and others:
        yield f"  {counted(others, 'other host')} without changes"
