"""Which tests reach a mutant, and in which order they are tried."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Protocol

from tests.mutants.places import importers, read_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tests.mutants.places import Source

# Tests are tried by the time that they take (in seconds), and within each of these bounds file by
# file, so that what the tests of a file share is not set up anew for each.
_BOUNDS = (0.02, 0.1, 0.5, 2.0)


class Changed(Protocol):
    """Where a mutant is changed: a path relative to the project, and lines from 1."""

    @property
    def path(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def end_line(self) -> int: ...


@dataclass(frozen=True)
class Record:
    """A run of the whole suite.

    Attributes:
        seconds: how long each test took that passed, by pytest's name for it.
        failed: the tests that failed; these cannot kill a mutant.
        lines: for each file of the package, the names of the tests that executed a line, with
            pytest's word for the phase behind them.

    """

    seconds: Mapping[str, float]
    failed: frozenset[str]
    lines: Mapping[str, Mapping[int, list[str]]]


class Reach:
    """Knows from a record which tests reach which line."""

    def __init__(self, root: Path, record: Record) -> None:
        self._root = root
        self._record = record
        self._importers = importers(root, "apachestaple")
        self._files: dict[str, list[str]] = {}
        for test in record.seconds:
            self._files.setdefault(_file(test), []).append(test)
        self._source = cache(self._read_source)
        self._tests_of_functions = cache(self._find_tests_of_functions)
        self._lines_of_tests = cache(self._count_lines_of_tests)

    def chosen(self, mutant: Changed, limit: float) -> dict[str, float]:
        """The tests to try and their times, in order; all of them take about ``limit`` seconds.

        One half of the time is for the fastest ones, the other one for those that execute most of
        the module, because these are about it.
        """
        found = self.tests(mutant)
        executed = self._lines_of_tests(mutant.path)
        closest = sorted(found, key=lambda test: (-executed[test], found[test]))
        fastest = within(limit / 2, found)
        rest = {test: found[test] for test in closest if test not in fastest}
        taken = fastest | within(limit / 2, rest)
        return {test: found[test] for test in in_order(taken)}

    def tests(self, mutant: Changed) -> dict[str, float]:
        """The tests whose result the mutant can change, and their times; fast ones first."""
        source = self._source(mutant.path)
        lines = range(mutant.line, mutant.end_line + 1)
        if source.functions.issuperset(lines):
            found = self._tests(mutant.path, source.statement(mutant.line))
        else:
            # Executed by an import: tests of the functions of this module and of those that use it.
            modules = {mutant.path, *self._importers.get(mutant.path, ())}
            found = set().union(*map(self._tests_of_functions, modules))
        ordered = in_order({test: self._record.seconds[test] for test in found})
        return {test: self._record.seconds[test] for test in ordered}

    def _count_lines_of_tests(self, path: str) -> Counter[str]:
        """How many lines of a module each test executes."""
        executed = self._record.lines.get(path, {}).values()
        return Counter(context.rpartition(" ")[0] for names in executed for context in names)

    def _find_tests_of_functions(self, path: str) -> frozenset[str]:
        return frozenset(self._tests(path, self._source(path).functions))

    def _tests(self, path: str, lines: Iterable[int]) -> set[str]:
        executed = self._record.lines.get(path, {})
        found: set[str] = set()
        for context in {context for line in lines for context in executed.get(line, ())}:
            test, _, phase = context.rpartition(" ")
            # What is set up for one test may be there for others.
            found.update([test] if phase == "(call)" else self._files.get(_file(test), ()))
        return (found & self._record.seconds.keys()) - self._record.failed

    def _read_source(self, path: str) -> Source:
        return read_source((self._root / path).read_text(encoding="utf-8"))


def in_order(seconds: Mapping[str, float]) -> list[str]:
    """Fast tests first; among these, those of files that have the fewest."""
    files = [_file(test) for test in seconds]
    return sorted(
        seconds,
        key=lambda test: (
            bisect_right(_BOUNDS, seconds[test]),
            files.count(_file(test)),
            _file(test),
            seconds[test],
        ),
    )


def within(limit: float, seconds: Mapping[str, float]) -> dict[str, float]:
    """The first tests that take no longer than ``limit`` seconds together, at least one."""
    taken = dict(zip(seconds, accumulate(seconds.values()), strict=True))
    first = next(iter(seconds), None)
    return {test: each for test, each in seconds.items() if test == first or taken[test] <= limit}


def _file(test: str) -> str:
    return test.partition("::")[0]
