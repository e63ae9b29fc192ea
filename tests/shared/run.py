"""Many configurations: counts, and the smallest one in which something is wrong."""

from __future__ import annotations

import traceback
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from tests.shared.arena import Arena
from tests.shared.case import check_oracle, look
from tests.shared.draw import draw
from tests.shared.judge import BROKEN, FIX, HARMED, HOSTS, MISJUDGED, MISSED, UNSAFE, candidates
from tests.shared.program import ProgramError
from tests.shared.shrink import shrunk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.shared.case import Case
    from tests.shared.judge import Wrong

KINDS = (
    (MISJUDGED, HOSTS),
    (HARMED, FIX),
    (HARMED, UNSAFE),
    (MISSED, FIX),
    (MISSED, UNSAFE),
    (BROKEN, "none"),
)
_SHRINKING_SECONDS = 40.0
# So often, a site is played whose responders fail.
_EACH_WITH_ERRORS = 4


class Failure(NamedTuple):
    """A host about which something is wrong, in a configuration of so many hosts."""

    case: int
    hosts: int
    wrong: Wrong


@dataclass
class Report:
    """What became of the configurations."""

    sites: int = 0
    hosts: int = 0
    categories: Counter[str] = field(default_factory=Counter)
    candidates: Counter[str] = field(default_factory=Counter)
    contacts: int = 0
    failures: list[Failure] = field(default_factory=list)
    mismatches: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.failures or self.mismatches or self.errors)

    def add(self, other: Report) -> None:
        self.sites += other.sites
        self.hosts += other.hosts
        self.categories += other.categories
        self.candidates += other.candidates
        self.contacts += other.contacts
        self.failures += other.failures
        self.mismatches += other.mismatches
        self.errors += other.errors

    def of(self, kind: str, command: str) -> list[Failure]:
        """The failures of one kind."""
        return [
            failure
            for failure in self.failures
            if (failure.wrong.kind, failure.wrong.command) == (kind, command)
        ]

    def lines(self) -> Iterator[str]:
        """The report, to be printed."""
        yield from self.errors
        yield from (f"oracle, {mismatch}" for mismatch in self.mismatches)
        clients = ", ".join(f"{name} {count}" for name, count in self.categories.most_common())
        yield f"{self.sites} configurations, {self.hosts} hosts with TLS; their clients: {clients}"
        yield f"oracle: {len(self.mismatches)} mismatches in {self.contacts} contacts"
        for kind, command in KINDS:
            failures = self.of(kind, command)
            total = self.candidates[command] if kind == MISSED else self.hosts
            sites = len({failure.case for failure in failures})
            yield f"{kind} ({command}): {len(failures)} of {total} hosts, in {sites} configurations"
            counts = Counter(failure.wrong.what[:120] for failure in failures)
            yield from (f"  {count:4} {what}" for what, count in counts.most_common(20))


def run(seed: int, numbers: Iterable[int]) -> Report:
    """Try these configurations in an arena of their own."""
    with Arena() as arena:
        return run_in(arena, seed, numbers)


def run_in(arena: Arena, seed: int, numbers: Iterable[int]) -> Report:
    """Try these configurations."""
    report = Report()
    for number in numbers:
        try:
            _add(report, number, one(arena, seed, number))
            if number % _EACH_WITH_ERRORS == 0:
                _add_contacts(report, f"{number} with errors", with_errors(arena, seed, number))
        except ProgramError as error:
            report.errors.append(f"case {number}: {error}")
        except Exception:  # noqa: BLE001  (whatever it is, it is told with its case)
            report.errors.append(f"case {number}: {traceback.format_exc()}")
    return report


def one(arena: Arena, seed: int, number: int) -> Case:
    """One of them."""
    return look(arena, draw(Random(f"{seed}-{number}"), arena.ground))


def with_errors(arena: Arena, seed: int, number: int) -> Case:
    """One whose responders fail in part: which, the program cannot know, but the oracle does."""
    return check_oracle(arena, draw(Random(f"{seed}-{number}-errors"), arena.ground, errors=True))


def _add(report: Report, number: int, case: Case) -> None:
    report.sites += 1
    servers = case.site.servers()
    report.hosts += len(servers)
    report.categories.update(
        case.seen.category(client) for server in servers for client in server.clients
    )
    for command in (FIX, UNSAFE):
        report.candidates[command] += len(candidates(case.site, command))
    _add_contacts(report, str(number), case)
    hosts = len(case.site.hosts)
    report.failures += [Failure(number, hosts, wrong) for wrong in case.wrong]


def _add_contacts(report: Report, name: str, case: Case) -> None:
    report.contacts += case.contacts
    report.mismatches += [f"case {name}: {mismatch}" for mismatch in case.mismatches]


def examples(arena: Arena, seed: int, report: Report) -> Iterator[str]:
    """For each kind of failure the smallest configuration, and the number of its case."""
    for smallest in _smallest(report):
        case = shrunk(arena, one(arena, seed, smallest.case), smallest.wrong, _SHRINKING_SECONDS)
        wrong = smallest.wrong
        yield f"===== {wrong.kind} ({wrong.command}): {wrong.what} (from case {smallest.case})"
        yield from case.lines()


def _smallest(report: Report) -> list[Failure]:
    """Of failures that are alike, the one with the fewest hosts."""
    found: list[Failure] = []
    for failure in sorted(report.failures, key=lambda failure: failure.hosts):
        if not any(failure.wrong.is_like(other.wrong) for other in found):
            found.append(failure)
    return sorted(found, key=lambda failure: KINDS.index(failure.wrong[:2]))
