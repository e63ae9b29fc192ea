"""The text reports of ``fix`` and ``fix --undo``."""

from __future__ import annotations

import shlex
from collections import Counter
from typing import TYPE_CHECKING

from apachestaple.fix.editing.diff import diffs
from apachestaple.fix.transaction.configtest import Verdict
from apachestaple.report.columns import wrapped_lines
from apachestaple.report.summary import counted
from apachestaple.report.terminal import Paint, printable, short
from apachestaple.rules.finding import Effect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from apachestaple.fix.activation import Activation
    from apachestaple.fix.outcome import FixOutcome
    from apachestaple.fix.outlook import Outlook
    from apachestaple.fix.transaction.configtest import Tested
    from apachestaple.fix.transaction.write import NewText
    from apachestaple.mod_ssl.staples import Prospect

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}
_STATES = {
    True: "staples",
    False: "no staple",
    None: "unknown",
}
_MOST_HOSTS = 5
_NOT_STARTING = (Effect.REJECTED, Effect.DOES_NOT_START)


def diff_report(files: Sequence[NewText], paint: Paint, *, for_people: bool) -> str:
    """The diff: exact bytes for patch, escaped on a terminal."""
    diff = "".join(diffs(files))
    if not for_people:
        return diff
    return "".join(_coloured(line, paint) + "\n" for line in diff.split("\n")[:-1])


def _coloured(line: str, paint: Paint) -> str:
    shown = printable(line.replace("\t", "    "))
    if line.startswith(("+++", "---")):
        return paint(shown, "bold")
    colour = _COLOURS.get(line[:1])
    return paint(shown, colour) if colour else shown


def fix_report(outcome: FixOutcome, paint: Paint, columns: int | None = None) -> str:
    """Changes, hosts, the files that were written, refusals and remaining findings.

    The lines are wrapped at ``columns``, the width of the terminal.
    """
    return "\n".join(wrapped_lines(_lines(outcome, paint), columns)) + "\n"


def undo_report(outcome: FixOutcome, paint: Paint, columns: int | None = None) -> str:
    """The hosts that change, the files that were restored, and the command to run."""
    lines = [*_hosts(outcome, paint), *_written(outcome, "Restored")]
    return "".join(f"{line}\n" for line in wrapped_lines(lines, columns))


def _lines(outcome: FixOutcome, paint: Paint) -> Iterator[str]:
    yield from (f"Generated file: {printable(note)}" for note in outcome.generated)
    if not outcome.changes:
        yield "Nothing to repair."
    else:
        yield paint(f"{counted(len(outcome.changes), 'change')}:", "bold", "green")
        yield from (f"  {printable(short(change))}" for change in outcome.changes)
        yield from _hosts(outcome, paint)
    yield from _written(outcome)
    yield from (f"Note: {printable(note)}" for note in outcome.notes)
    if outcome.refused:
        yield paint("Refusals:", "bold")
        yield from (f"  {printable(short(reason))}" for reason in outcome.refused)
    yield from _remaining(outcome, paint)


def _hosts(outcome: FixOutcome, paint: Paint) -> Iterator[str]:
    """The hosts that change, those with the same reasons together; and the number of others."""
    changed = [host for host in outcome.hosts if host.before != host.after]
    others = [host for host in outcome.hosts if host.before == host.after]
    if not changed:
        return
    yield paint(f"{counted(len(changed), 'changed host')}:", "bold")
    alike: dict[tuple[Prospect | None, Prospect], list[str]] = {}
    for host in changed:
        alike.setdefault((host.before, host.after), []).append(host.name)
    for (before, after), names in alike.items():
        yield f"  {_names(names)}: {_prospect(after)}"
        if before:
            yield f"    before: {_prospect(before)}"
    if others:
        yield f"  {counted(len(others), 'other host')} without changes ({_counts(others)})"


def _prospect(prospect: Prospect) -> str:
    return f"{_STATES[prospect.staples]}: {printable(prospect.why)}"


def _counts(hosts: Iterable[Outlook]) -> str:
    numbers = Counter(host.after.staples for host in hosts)
    words = {True: "with a staple", False: "without a staple", None: "unknown"}
    return ", ".join(f"{numbers[each]} {word}" for each, word in words.items() if numbers[each])


def _written(outcome: FixOutcome, verb: str = "Written") -> Iterator[str]:
    """The files that were written or removed, and what to do next."""
    removed = {file.path for file in outcome.files if file.new is None}
    for done, written in (
        (verb, [path for path in outcome.written if path not in removed]),
        ("Removed", [path for path in outcome.written if path in removed]),
    ):
        if written:
            yield f"{done}:"
            yield from (f"  {printable(short(path))}" for path in written)
    if outcome.backup:
        yield f"Backup of the old files: {printable(short(outcome.backup))}"
        paths = map(shlex.quote, map(short, outcome.main_files[:1]))
        more = " …" if len(outcome.main_files) > 1 else ""
        yield f"To restore them, run: apachestaple fix --undo {printable(' '.join(paths))}{more}"
    yield from test_lines(outcome.tested)
    yield from activation_lines(outcome.activations, is_written=outcome.in_place)
    if outcome.activations and any(each.effect in _NOT_STARTING for each in outcome.repaired):
        yield "If httpd does not run, start it."


def test_lines(tested: Tested) -> Iterator[str]:
    """Whether ``httpd -t`` has tested the change."""
    if tested.verdict is Verdict.PASSED:
        yield "Tested: httpd -t passes."
    for main_file, message in tested.failures:
        yield (
            f"Not tested: httpd -t failed for {printable(short(main_file))} before the change, and "
            f"still fails: {printable(message)}"
        )


def activation_lines(activations: Iterable[Activation], *, is_written: bool) -> Iterator[str]:
    """The commands that make httpd use the files."""
    for activation in activations:
        command, problem = printable(activation.command), activation.problem
        verb = "reload" if problem is None else "stop and start"
        when = "To apply the changes" if is_written else "After the change"
        line = f"{when}, {verb} httpd: {command}"
        if problem is not None:
            warning = (
                "Do not reload it, not even with apachectl restart"
                if problem.is_harmful
                else "A reload is not enough"
            )
            line += f". {warning}: {printable(problem.reason)}."
        yield line


def _names(hosts: Iterable[str]) -> str:
    """The first names of hosts, and the number of the others."""
    names = list(dict.fromkeys(hosts))
    more = len(names) - _MOST_HOSTS
    shown = printable(", ".join(names[:_MOST_HOSTS]))
    return f"{shown} and {more} more" if more > 0 else shown


def _remaining(outcome: FixOutcome, paint: Paint) -> Iterator[str]:
    if outcome.remaining:
        yield paint(f"{counted(len(outcome.remaining), 'remaining finding')}:", "bold")
    for finding in outcome.remaining:
        place = f"{printable(short(finding.place.file))}:{finding.place.line}"
        yield f"  {place}: {finding.severity}[{finding.code}] {printable(finding.message)}"
        if finding.hosts:
            yield f"    {_names(host.name for host in finding.hosts)}"
        yield f"    {printable(finding.help)}"
