"""What a log tells about stapling, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.report.summary import counted
from apachestaple.report.terminal import Paint, printable, short
from apachestaple.rules.catalogue import find_rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.log.explained import Explanation


def explain_report(explanations: Sequence[Explanation], paint: Paint) -> str:
    """Each fault with its times and repair, then what is ordinary, then a line that counts."""
    faults = [explanation for explanation in explanations if explanation.is_fault]
    ordinary = [explanation for explanation in explanations if not explanation.is_fault]
    blocks = ["\n".join(_fault(fault, paint)) + "\n" for fault in faults]
    if ordinary:
        blocks.append("\n".join(_ordinary(ordinary, paint)) + "\n")
    return "\n".join([*blocks, _last_line(faults, paint) + "\n"])


def _fault(fault: Explanation, paint: Paint) -> Iterator[str]:
    rule = f"[{fault.rule}]" if fault.rule else ""
    head = paint(f"{fault.log_id or 'mod_md'}{rule}", "bold", "red")
    yield f"{head} {paint(printable(fault.meaning), 'bold')}"
    if fault.place:
        place = f"{printable(short(fault.place.file))}:{fault.place.line}:{fault.place.column}"
        yield f" {paint('-->', 'blue')} {place}"
    for label, said in _notes(fault):
        yield f"  {paint('=', 'blue')} {paint(label, 'bold')}: {printable(said)}"


def _notes(fault: Explanation) -> Iterator[tuple[str, str]]:
    if fault.host:
        yield "host", fault.host
    if fault.certificate:
        yield "certificate", short(fault.certificate)
    yield "seen", _seen(fault)
    if fault.followed_by:
        yield "followed by", ", ".join(fault.followed_by)
    rule = find_rule(fault.rule) if fault.rule else None
    if rule:
        yield "rule", f"{rule.code} {rule.name}: {rule.effect.meaning}"
    if fault.repair:
        yield "help", fault.repair


def _seen(fault: Explanation) -> str:
    often = "once" if fault.count == 1 else f"{fault.count:,} times"
    first, last = _time(fault.first), _time(fault.last)
    if first is None or last is None:
        return often
    return f"{often}, {first}" if first == last else f"{often}, {first} to {last}"


def _time(time: str | None) -> str | None:
    """To the second."""
    return time.replace("T", " ").partition(".")[0] if time else None


def _ordinary(explanations: Sequence[Explanation], paint: Paint) -> Iterator[str]:
    yield paint("Ordinary lines:", "bold")
    alike: dict[str, list[Explanation]] = {}
    for explanation in explanations:
        alike.setdefault(explanation.meaning, []).append(explanation)
    counts = [f"{sum(line.count for line in lines):,}" for lines in alike.values()]
    most = max(map(len, counts))
    for count, (meaning, lines) in zip(counts, alike.items(), strict=True):
        numbers = ", ".join(line.log_id or "mod_md" for line in lines)
        yield f"  {count.rjust(most)}  {meaning} ({numbers})"


def _last_line(faults: Sequence[Explanation], paint: Paint) -> str:
    if not faults:
        return f"{paint('No faults', 'bold', 'green')} of stapling in the log."
    rules = {fault.rule for fault in faults if fault.rule}
    more = f"; apachestaple rules CODE tells more about {', '.join(sorted(rules))}" if rules else ""
    return f"{paint(counted(len(faults), 'fault'), 'bold', 'red')} of stapling in the log{more}"
