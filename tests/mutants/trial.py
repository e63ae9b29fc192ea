"""Tries mutants in a copy of the project."""

from __future__ import annotations

import compileall
import contextlib
import enum
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.mutants import trial_plugin
from tests.mutants.record import environment
from tests.project import copy_project

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.mutants.population import Mutant

# A test with a mutant may take this many seconds, and this many times as long as without one: the
# machine may be busy.
_SECONDS, _TIMES = 20, 10

# A test that takes longer than this, in seconds, may fail without a mutant on a busy machine.
_SURE = 0.1

_ALL_PASSED = 0
_NOTHING_COLLECTED = 5


class Outcome(enum.Enum):
    """What became of a mutant."""

    KILLED = "killed"
    TIMEOUT = "timeout"
    SURVIVED = "survived"


@dataclass(frozen=True)
class Result:
    """A mutant that was tried.

    Attributes:
        tests: how many tests reach it.
        killer: the test that failed or took too long; ``""`` where the tests could not even be
            collected, or for a survivor.
        seconds: how long the trial took.

    """

    mutant: Mutant
    outcome: Outcome
    tests: int
    killer: str
    seconds: float


class Bench:
    """A copy of the project, in which one mutant at a time is tried."""

    def __init__(self, folder: Path) -> None:
        """Copy the project to a folder that is not there yet."""
        self._folder = folder
        self._tree = folder / "tree"
        self._running: subprocess.Popen[bytes] | None = None
        copy_project(self._tree)
        for package in ("apachestaple", "tests"):
            compileall.compile_dir(self._tree / package, quiet=2)

    def try_mutant(self, mutant: Mutant, seconds: Mapping[str, float]) -> Result:
        """Run tests, which are given with the time that each takes, up to the first that fails.

        A test that takes long has to fail twice.
        """
        begin = time.monotonic()
        path = self._tree / mutant.path
        original = path.read_text(encoding="utf-8")
        _remove_compiled(path)
        path.write_text(mutant.source(original), encoding="utf-8")
        try:
            outcome, killer = self._run_tests(seconds)
            while killer and (outcome is Outcome.TIMEOUT or seconds[killer] > _SURE):
                outcome, _ = self._run_tests({killer: seconds[killer]})
                if outcome is not Outcome.SURVIVED:
                    break
                left = list(seconds)[list(seconds).index(killer) + 1 :]
                outcome, killer = self._run_tests({test: seconds[test] for test in left})
        finally:
            path.write_text(original, encoding="utf-8")
        return Result(mutant, outcome, len(seconds), killer, time.monotonic() - begin)

    def stop(self) -> None:
        """End the tests that run, with all the processes that they have started."""
        if self._running is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._running.pid, signal.SIGKILL)

    def _run_tests(self, seconds: Mapping[str, float]) -> tuple[Outcome, str]:
        if not seconds:
            return Outcome.SURVIVED, ""
        limits = {test: _SECONDS + _TIMES * each for test, each in seconds.items()}
        (self._folder / trial_plugin.TESTS).write_text(json.dumps(limits), encoding="utf-8")
        for name in (trial_plugin.KILLER, trial_plugin.TIMEOUT):
            (self._folder / name).write_text("", encoding="utf-8")
        with (self._folder / "output").open("wb") as output:
            self._running = subprocess.Popen(
                [
                    *(sys.executable, "-m", "pytest", "-n", "0", "-x", "--no-header"),
                    *("-p", "no:cacheprovider", "-p", "tests.mutants.trial_plugin"),
                    f"--basetemp={self._folder / 'tmp'}",
                    *dict.fromkeys(test.partition("::")[0] for test in seconds),
                ],
                cwd=self._tree,
                env={**environment(self._tree), trial_plugin.FOLDER: str(self._folder)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            code = self._running.wait()
        self.stop()
        self._running = None
        if code == _ALL_PASSED:
            return Outcome.SURVIVED, ""
        killer = (self._folder / trial_plugin.KILLER).read_text(encoding="utf-8")
        if (self._folder / trial_plugin.TIMEOUT).stat().st_size:
            return Outcome.TIMEOUT, killer
        if code == _NOTHING_COLLECTED:
            output_text = (self._folder / "output").read_text(errors="replace")
            raise RuntimeError(f"no test was run:\n{output_text}")
        return Outcome.KILLED, killer


def _remove_compiled(path: Path) -> None:
    for compiled in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
        compiled.unlink()
