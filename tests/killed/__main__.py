"""``python -m tests.killed``: every position; exit code 1 where something was left in between."""

from __future__ import annotations

import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.killed.arena import MakingArena
from tests.killed.run import Killer, Report, renames_in_tree, stage_writes


def _fix(folder: str) -> Report:
    return Killer(Path(folder)).fix(lambda _: True)


def _undo(folder: str) -> Report:
    return Killer(Path(folder)).undo(lambda _: True)


def _recovery_before_writing(folder: str) -> Report:
    killer = Killer(Path(folder))
    return killer.recovery(renames_in_tree(killer.positions("old"))[0], lambda _: True)


def _recovery_of_half(folder: str) -> Report:
    killer = Killer(Path(folder))
    return killer.recovery(renames_in_tree(killer.positions("old"))[2], lambda _: True)


def _recovery_of_all(folder: str) -> Report:
    killer = Killer(Path(folder))
    return killer.recovery(stage_writes(killer.positions("old"))[-1], lambda _: True)


def _recovery_of_done(folder: str) -> Report:
    killer = Killer(Path(folder))
    positions = killer.positions("old")
    after = positions.index(stage_writes(positions)[-1]) + 1
    return killer.recovery(positions[after], lambda _: True)


def _full_disk(folder: str) -> Report:
    return Killer(Path(folder)).failure("ENOSPC", lambda _: True)


def _read_only(folder: str) -> Report:
    return Killer(Path(folder)).failure("EROFS", lambda _: True)


def _no_file_descriptor(folder: str) -> Report:
    return Killer(Path(folder)).failure_to_open("EMFILE")


def _making(folder: str) -> Report:
    return Killer(Path(folder), MakingArena).fix(lambda _: True)


def _unmaking(folder: str) -> Report:
    return Killer(Path(folder), MakingArena).undo(lambda _: True)


_RUNS = {
    "fix": _fix,
    "making and taking away files and links": _making,
    "fix --undo of that": _unmaking,
    "fix --undo": _undo,
    "fix on a disk that is full from one call to the next": _full_disk,
    "fix on a disk that is read-only from one call to the next": _read_only,
    "fix that once has no file descriptor": _no_file_descriptor,
    "fix --recover of a fix that had written nothing": _recovery_before_writing,
    "fix --recover of a fix that had written half": _recovery_of_half,
    "fix --recover of a fix that had written all, untested": _recovery_of_all,
    "fix --recover of a fix that was done but for its backup": _recovery_of_done,
}


def main() -> int:
    """Run and print."""
    positions = 0
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(2) as pool:
        started = {
            what: pool.submit(run, f"{folder}/{number}")
            for number, (what, run) in enumerate(_RUNS.items())
        }
        for what, future in started.items():
            try:
                report = future.result()
            except AssertionError as error:
                sys.stdout.write(f"{what}: {error}\n")
                return 1
            positions += report.positions
            sys.stdout.write(f"{report.line(what)}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{positions} positions; nothing was left in between.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
