"""Many cases: counts, and every case in which lint and httpd disagree.

``working-17`` is a configuration that works, ``AS207-3`` one with a fault that AS207 is to name.
With the same seed, a case is the same configuration each time.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from apachestaple.rules.catalogue import find_rule
from apachestaple.rules.finding import Effect
from tests.drawn import verdict
from tests.drawn.arena import Arena
from tests.drawn.case import look, write
from tests.drawn.draw import draw
from tests.drawn.faults import FAULTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.drawn.case import Seen, Written
    from tests.drawn.faults import Fault
    from tests.drawn.site import Site

WORKING = "working"
# A site may have no room for a fault; then another one is drawn.
_DRAWS = 500


@dataclass(frozen=True)
class Trouble:
    """A case in which something is wrong."""

    case: str
    what: str
    detail: str


@dataclass
class Report:
    """What became of the cases."""

    working: int = 0
    hosts: int = 0
    broken: Counter[str] = field(default_factory=Counter)
    effects: Counter[str] = field(default_factory=Counter)
    troubles: list[Trouble] = field(default_factory=list)

    def add(self, other: Report) -> None:
        self.working += other.working
        self.hosts += other.hosts
        self.broken += other.broken
        self.effects += other.effects
        self.troubles += other.troubles

    def lines(self) -> Iterator[str]:
        """The report, to be printed."""
        for trouble in self.troubles:
            yield f"===== {trouble.case}: {trouble.what}"
            yield trouble.detail
        rules = len(self.broken)
        effects = ", ".join(f"{effect} {count}" for effect, count in self.effects.most_common())
        counts = Counter(trouble.what for trouble in self.troubles)
        yield f"{self.working} working configurations, with {self.hosts} hosts"
        yield f"{self.broken.total()} with one fault, for {rules} rules; seen: {effects}"
        yield ", ".join(f"{what}: {counts[what]}" for what in verdict.ALL)


def cases(count: int, only: str = "") -> list[str]:
    """So many working ones, and so many with a fault; of ``only`` one rule, or only that case."""
    rules = sorted(FAULTS)
    if only in (*rules, WORKING):
        return [f"{only}-{number}" for number in range(count)]
    if only:
        return [only]
    broken = [f"{rules[n % len(rules)]}-{n // len(rules)}" for n in range(count)]
    return [f"{WORKING}-{number}" for number in range(count)] + broken


def run(seed: int, names: Iterable[str]) -> Report:
    """Try these cases in an arena of their own."""
    with Arena() as arena:
        return run_in(arena, seed, names)


def run_in(arena: Arena, seed: int, names: Iterable[str]) -> Report:
    """Try these cases."""
    report = Report()
    for name in names:
        arena.forget()
        kind = name.rpartition("-")[0]
        if kind == WORKING:
            _working(arena, seed, name, report)
        else:
            _broken(arena, seed, name, kind, report)
    return report


def _working(arena: Arena, seed: int, name: str, report: Report) -> None:
    random = Random(f"{seed}-{name}")
    site = draw(random, arena.ground)
    written = write(random, site)
    seen = look(arena.lab, site, written, arena.ports)
    report.working += 1
    report.hosts += len(site.hosts)
    what = verdict.of_working(site, seen)
    if what:
        report.troubles.append(Trouble(name, what, _detail(written, seen)))


def _broken(arena: Arena, seed: int, name: str, code: str, report: Report) -> None:
    random, site, fault = with_fault(arena, f"{seed}-{name}", code)
    written = write(random, site)
    rule = find_rule(code)
    evicts = rule is not None and rule.effect is Effect.EVICTS_STAPLES
    seen = look(arena.lab, site, written, arena.ports, rounds=2 if evicts else 1)
    report.broken[code] += 1
    what = verdict.of_broken(site, seen, code, fault)
    if what:
        report.troubles.append(Trouble(name, what, _detail(written, seen)))
    else:
        found = next(finding for finding in seen.findings if finding.code == code)
        report.effects["masked" if fault.masked else str(found.effect)] += 1


def with_fault(arena: Arena, name: str, code: str) -> tuple[Random, Site, Fault]:
    """A site with a fault that this rule is to name, and the random numbers that go on."""
    for attempt in range(_DRAWS):
        random = Random(f"{name}-{attempt}")
        site = draw(random, arena.ground)
        fault = random.choice(FAULTS[code])(random, site)
        if fault is not None:
            return random, site, fault
    raise RuntimeError(f"no room for {code} in {_DRAWS} sites")


def _detail(written: Written, seen: Seen) -> str:
    return "\n".join((str(written), *seen.lines()))
