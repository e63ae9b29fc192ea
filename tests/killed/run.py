"""Kills a run at each position that writes, and looks at what is left and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.killed.arena import Arena, Look, is_mixture
from tests.killed.strace import Position, fail_at, kill_at, openings, positions
from tests.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


def renames_in_tree(found: list[Position]) -> list[Position]:
    """The positions at which a file of the tree gets its new text, in order."""
    return [
        each
        for each in found
        # Which of the calls the C library takes for a rename in open folders is its own affair.
        if each.call in ("renameat", "renameat2") and '".apachestaple-' in each.shown
    ]


def stage_writes(found: list[Position]) -> list[Position]:
    """The positions at which the journal gets to its next stage, in order."""
    return [
        each
        for each in found
        if each.call == "rename" and each.shown.endswith('journal.json") = 0')
    ]


def _is_module(opened: Position) -> bool:
    """Whether Python loads a module; it does not report that it could not open one."""
    return any(text in opened.shown for text in (".py", ".so", "python3", f'"{ROOT}/apachestaple'))


@dataclass
class Report:
    """How many positions there were, and what was left at them."""

    positions: int = 0
    untouched: int = 0
    mixtures: int = 0
    finished: int = 0
    journals: int = 0
    calls: dict[str, int] = field(default_factory=dict)

    def line(self, what: str) -> str:
        """What was seen, in one line."""
        calls = ", ".join(f"{number} {call}" for call, number in sorted(self.calls.items()))
        return (
            f"{what}: {self.positions} positions ({calls}); all was left as before "
            f"{self.untouched} times, all new {self.finished} times, mixed {self.mixtures} times, "
            f"with an open journal {self.journals} times; every one came to its end."
        )


class Killer:
    """Kills runs in an arena of its own."""

    def __init__(self, folder: Path, kind: type[Arena] = Arena) -> None:
        self.arena = arena = kind(folder)
        self._found: dict[tuple[str, tuple[str, ...]], list[Position]] = {}
        self.old: Look = arena.look()
        arena.keep("old")
        fixed = arena.run()
        assert fixed.code in (0, 1), fixed
        self.fixed_code = fixed.code
        self.new: Look = arena.look()
        changed = {path for path, _ in self.new.items() ^ self.old.items()}
        assert len(changed) == 4
        assert len(arena.backups) == 1
        arena.keep("new")

    def fix(self, wanted: Callable[[Position], bool]) -> Report:
        """A fix, killed."""
        return self._each("old", (), wanted)

    def undo(self, wanted: Callable[[Position], bool]) -> Report:
        """An undo, killed."""
        return self._each("new", ("--undo",), wanted)

    def recovery(self, killed: Position, wanted: Callable[[Position], bool]) -> Report:
        """The recovery of a fix that was killed at a position, killed as well."""
        self.arena.go_back("old")
        self._kill(killed, ())
        name = f"killed at {killed.call} {killed.number}"
        self.arena.keep(name)
        return self._each(name, ("--recover",), wanted)

    def failure(self, error: str, wanted: Callable[[Position], bool]) -> Report:
        """A fix of which one call fails, as on a disk that is full or was mounted read-only."""
        return self._failing(self.positions("old"), error, wanted)

    def failure_to_open(self, error: str) -> Report:
        """A fix that one time cannot open a file of the tree or start a program."""
        arena = self.arena
        arena.go_back("old")
        found, _ = openings(arena.command(), arena.log, arena.environment)
        first = next(n for n, each in enumerate(found) if "/dev/null" in each.shown)
        return self._failing(found[first:], error, lambda each: not _is_module(each))

    def _failing(
        self, found: Sequence[Position], error: str, wanted: Callable[[Position], bool]
    ) -> Report:
        report = Report()
        arena = self.arena
        for position in found:
            if wanted(position):
                arena.go_back("old")
                ended = fail_at(position, error, arena.command(), arena.log, arena.environment)
                assert "Traceback" not in ended.output, (position, ended)
                left = arena.look()
                # Where it may go on without the call, all is written; else nothing is.
                assert left in (self.old, self.new), (position, ended)
                assert ended.code == 2 or left == self.new, (position, ended)
                if "nothing was changed" in ended.output:
                    assert left == self.old, (position, ended)
                self._look(position, report)
        return report

    def positions(self, start: str, *options: str) -> list[Position]:
        """The positions of a run that begins with what was kept under a name.

        They are the same in each run, so they are only looked for once.
        """
        if (start, options) not in self._found:
            arena = self.arena
            arena.go_back(start)
            found, ended = positions(arena.command(*options), arena.log, arena.environment)
            assert ended.code in (0, 1), ended
            self._found[start, options] = found
        return self._found[start, options]

    def _each(
        self, start: str, options: tuple[str, ...], wanted: Callable[[Position], bool]
    ) -> Report:
        report = Report()
        for position in self.positions(start, *options):
            if wanted(position):
                self.arena.go_back(start)
                self._kill(position, options)
                self._look(position, report)
        return report

    def _kill(self, position: Position, options: tuple[str, ...]) -> None:
        arena = self.arena
        kill_at(position, arena.command(*options), arena.log, arena.environment)

    def _look(self, position: Position, report: Report) -> None:
        arena = self.arena
        left = arena.look()
        mixture = is_mixture(left, self.old, self.new)
        strays = left.keys() - self.old.keys() - self.new.keys()
        report.positions += 1
        report.calls[position.call] = report.calls.get(position.call, 0) + 1
        report.mixtures += mixture
        report.journals += arena.has_journal
        report.untouched += not mixture and self.old.items() <= left.items()
        report.finished += not mixture and self.new.items() <= left.items()
        if mixture or strays:
            assert arena.has_journal, position
        if report.positions % 2:
            recovered = arena.run("--recover")
            assert recovered.code == 0, (position, recovered)
            assert arena.look() in (self.old, self.new), position
            assert not arena.has_journal, position
        # With or without that, the next run leaves all repaired, and then all as it was.
        fixed = arena.run()
        assert fixed.code == self.fixed_code, (position, fixed)
        assert arena.look() == self.new, position
        assert not arena.has_journal, position
        assert len(arena.backups) == 1, position
        if report.positions % 4 < 2:
            undone = arena.run("--undo")
            assert undone.code == 0, (position, undone)
            assert arena.look() == self.old, position
            assert arena.backups == [], position
