"""The report of ``explain``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.report.summary import counted
from apachestaple.report.terminal import Paint, printable, short
from apachestaple.rules.catalogue import find_rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.log.explanation import Explanation


def explain_report(explanations: Sequence[Explanation], paint: Paint) -> str:
    """The problems with their times and repairs, informational lines, and a summary."""
    problems = [explanation for explanation in explanations if explanation.is_problem]
    information = [explanation for explanation in explanations if not explanation.is_problem]
    blocks = ["\n".join(_problem(problem, paint)) + "\n" for problem in problems]
    if information:
        blocks.append("\n".join(_information(information, paint)) + "\n")
    return "\n".join([*blocks, _summary(problems, paint) + "\n"])


def _problem(problem: Explanation, paint: Paint) -> Iterator[str]:
    rule = f"[{problem.rule}]" if problem.rule else ""
    head = paint(f"{problem.log_id or 'mod_md'}{rule}", "bold", "red")
    yield f"{head} {paint(printable(problem.meaning), 'bold')}"
    if problem.place:
        place = f"{printable(short(problem.place.file))}:{problem.place.line}"
        yield f" {paint('-->', 'blue')} {place}:{problem.place.column}"
    for label, said in _notes(problem):
        yield f"  {paint('=', 'blue')} {paint(label, 'bold')}: {printable(said)}"


def _notes(problem: Explanation) -> Iterator[tuple[str, str]]:
    if problem.host:
        yield "host", problem.host
    if problem.certificate:
        yield "certificate", short(problem.certificate)
    yield "seen", _seen(problem)
    if problem.followed_by:
        yield "followed by", ", ".join(problem.followed_by)
    rule = find_rule(problem.rule) if problem.rule else None
    if rule:
        yield "rule", f"{rule.code} {rule.name}: {rule.effect.meaning}"
    if problem.repair:
        yield "help", problem.repair


def _seen(problem: Explanation) -> str:
    often = "once" if problem.count == 1 else f"{problem.count:,} times"
    first, last = _time(problem.first), _time(problem.last)
    if first is None or last is None:
        return often
    return f"{often}, {first}" if first == last else f"{often}, {first} to {last}"


def _time(time: str | None) -> str | None:
    """A time with seconds."""
    return time.replace("T", " ").partition(".")[0] if time else None


def _information(explanations: Sequence[Explanation], paint: Paint) -> Iterator[str]:
    yield paint("Informational lines:", "bold")
    alike: dict[str, list[Explanation]] = {}
    for explanation in explanations:
        alike.setdefault(explanation.meaning, []).append(explanation)
    counts = [f"{sum(line.count for line in lines):,}" for lines in alike.values()]
    widest = max(map(len, counts))
    for count, (meaning, lines) in zip(counts, alike.items(), strict=True):
        numbers = ", ".join(line.log_id or "mod_md" for line in lines)
        yield f"  {count.rjust(widest)}  {meaning} ({numbers})"


def _summary(problems: Sequence[Explanation], paint: Paint) -> str:
    if not problems:
        return f"{paint('No stapling problems', 'bold', 'green')} in the log."
    rules = {problem.rule for problem in problems if problem.rule}
    more = f" For details run `apachestaple rules CODE`: {', '.join(sorted(rules))}."
    found = paint(counted(len(problems), "stapling problem"), "bold", "red")
    return f"{found} in the log.{more if rules else ''}"
