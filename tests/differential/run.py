"""Many cases: counts, and every difference with the smallest files that show it."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.differential.compare import MAIN, PREAMBLE, Arena, Case, Verdict
from tests.differential.grammar import cases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Hypothesis remembers all that it has drawn; so it draws in batches, each with a seed of its own.
BATCH = 250
# Runs of httpd that making one difference smaller may cost.
SHRINKING = 500


@dataclass
class Report:
    """What became of the cases."""

    tried: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    classes: Counter[tuple[str, str]] = field(default_factory=Counter)
    # The smallest case for each kind of difference.
    differences: dict[tuple[str, str], tuple[Case, Verdict]] = field(default_factory=dict)

    def add(self, other: Report) -> None:
        self.tried += other.tried
        self.kinds += other.kinds
        self.classes += other.classes
        for key, found in other.differences.items():
            self.differences.setdefault(key, found)

    def lines(self) -> Iterator[str]:
        """The report, to be printed."""
        yield f"tried {self.tried}: " + ", ".join(
            f"{kind} {count}" for kind, count in self.kinds.most_common()
        )
        for kind in ("rejected", "discarded"):
            of_kind = [(n, about) for (k, about), n in self.classes.items() if k == kind]
            for count, about in sorted(of_kind, reverse=True):
                yield f"  {kind} {count:6d}  {about}"
        ordered = sorted(self.differences, key=lambda key: -self.classes[key])
        for key in ordered:
            smallest, verdict = self.differences[key]
            yield f"DIFFERENCE, {self.classes[key]} times: {': '.join(filter(None, key))}"
            yield from (f"  {line}" for line in str(smallest).split("\n"))
            yield from (f"  | {line}" for line in verdict.detail.split("\n"))


def run(count: int, start: int, folder: str | None = None) -> Report:
    """Draw ``count`` cases from seed ``start`` on, and compare each."""
    report = Report()
    with tempfile.TemporaryDirectory(prefix="differential-", dir=folder) as place:
        arena = Arena(place)
        for batch in range(0, count, BATCH):
            _batch(arena, min(BATCH, count - batch), start + batch, report)
    return report


def _batch(arena: Arena, count: int, start: int, report: Report) -> None:
    @seed(start)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases())
    def compare(case: Case) -> None:
        verdict = arena.verdict(case)
        report.tried += 1
        report.kinds[verdict.kind] += 1
        key = verdict.kind, verdict.about
        report.classes[key] += 1
        if not verdict.agrees and key not in report.differences:
            report.differences[key] = shrunk(arena, case, verdict)

    compare()


# -- smaller ------------------------------------------------------------------------------------


def shrunk(arena: Arena, case: Case, verdict: Verdict) -> tuple[Case, Verdict]:
    """The smallest case found that differs in the same way."""
    best = case, verdict
    left = SHRINKING

    def still(smaller: Case) -> bool:
        nonlocal best, left
        if left <= 0:
            return False
        left -= 1
        found = arena.verdict(smaller)
        if found != verdict:
            return False
        best = smaller, found
        return True

    for name in list(case.files):
        if name != MAIN:
            still(Case({n: t for n, t in best[0].files.items() if n != name}))
    size = None
    while size != _size(best[0]) and left > 0:
        size = _size(best[0])
        for name in list(best[0].files):
            _fewer(best[0].files[name], "\n", _with_text(lambda: best[0], name, still))
        for name in list(best[0].files):
            _fewer(best[0].files[name], " ", _with_text(lambda: best[0], name, still))
    for name in list(best[0].files):
        _fewer(best[0].files[name], "", _with_text(lambda: best[0], name, still))
    return best


def _size(case: Case) -> int:
    return sum(map(len, case.files.values()))


def _with_text(
    current: Callable[[], Case], name: str, still: Callable[[Case], bool]
) -> Callable[[str], bool]:
    def accept(text: str) -> bool:
        if name == MAIN and not text.startswith(PREAMBLE):
            return False
        return still(replace(current(), files={**current().files, name: text}))

    return accept


def _fewer(text: str, separator: str, accept: Callable[[str], bool]) -> None:
    """Leave out runs of pieces, long ones first, as long as ``accept`` takes what remains."""
    fixed = PREAMBLE if text.startswith(PREAMBLE) else ""
    rest = text[len(fixed) :]
    pieces = rest.split(separator) if separator else list(rest)
    length = 1 << (len(pieces) // 2).bit_length()
    while length:
        position = 0
        while position < len(pieces):
            fewer = pieces[:position] + pieces[position + length :]
            if accept(fixed + separator.join(fewer)):
                pieces = fewer
            else:
                # A pair, as of a section's opening and its close, may start anywhere.
                position += length if length > 3 else 1
        length //= 2
