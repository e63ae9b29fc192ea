"""Runs programs in turn, and measures their time and peak memory.

Whole processes are timed. In each round, every program runs once, one after the other. A ratio
compares two runs of the same round, so that other load on the machine affects both. The first round
is not counted; it fills the kernel's file cache and Python's byte code cache. apachestaple has no
cache.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.programs import Program

# Programs that take longer (seconds) run only in the first rounds.
SLOW = 5.0
ROUNDS_OF_SLOW = 2


@dataclass
class Runs:
    """The counted runs of one program, by round.

    Attributes:
        seconds: wall times.
        memory: peak resident size of the largest single process, in bytes.
        notes: messages of the program about what it could not do.

    """

    program: Program
    seconds: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    notes: set[str] = field(default_factory=set)

    def ratios(self, other: "Runs") -> list[float]:
        """The times divided by those of ``other``, round by round."""
        pairs = zip(self.seconds, other.seconds, strict=False)
        return [mine / its for mine, its in pairs]


def measure(programs: Sequence[Program], rounds: int, environment: Mapping[str, str]) -> list[Runs]:
    """Run each program once without counting, then once in each round."""
    found = [Runs(program) for program in programs]
    slow = {index for index, runs in enumerate(found) if run(runs.program, environment)[0] > SLOW}
    for number in range(rounds):
        for index, runs in enumerate(found):
            if index in slow and number >= ROUNDS_OF_SLOW:
                continue
            seconds, memory, said = run(runs.program, environment)
            runs.seconds.append(seconds)
            runs.memory.append(memory)
            runs.notes.update(_notes(said))
    return found


def run(program: Program, environment: Mapping[str, str]) -> tuple[float, int, str]:
    """Wall time, peak memory and output of one run.

    The memory is Linux's ru_maxrss, which is the maximum of the process and its children, not their
    sum. It cannot be smaller than that of the process that starts it, so this module imports
    little.
    """
    with tempfile.TemporaryFile() as output:
        begin = time.perf_counter()
        process = subprocess.Popen(
            program.command, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read().decode(errors="replace")
    if process.returncode != program.exit_code or program.says not in said:
        raise SystemExit(f"{program.name}: exit code {process.returncode}\n{said[-2000:]}")
    return seconds, usage.ru_maxrss * 1024, said


def _notes(said: str) -> list[str]:
    notes = [line.removeprefix("note: ") for line in said.splitlines() if line.startswith("note: ")]
    failed = said.count('/error = "parse_failed"')
    return [*notes, f"cannot read {failed} files"] if failed else notes
