"""Times httpd -t, our reader and the linter: ``python -m benchmarks.compare``.

Whole processes are timed from start to end. In each round every program runs once, one after the
other, so that a busy moment of the machine hits them all; a ratio is that of two runs of the same
round, and the table shows the median of the ratios.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.trees import make_tree

HTTPD = "/usr/sbin/apache2"

_READ = """\
import os
import sys
from apachestaple.httpd.modules import DEBIAN_BUILT_IN
from apachestaple.httpd.paths import Paths
from apachestaple.httpd.reader import Start, read
main_file, root = sys.argv[1:]
start = Start(
    main_file, root, Paths(), (2, 4, 71), environment=os.environ, built_in=DEBIAN_BUILT_IN
)
configuration = read(start)
if configuration.errors:
    sys.exit(str(configuration.errors[0]))
"""


@dataclass(frozen=True)
class Program:
    """What is timed: a name for the table, and a command that must succeed."""

    name: str
    command: Sequence[str]


@dataclass(frozen=True)
class Timing:
    """Wall times of one program, in seconds, by round."""

    program: Program
    seconds: Sequence[float]

    def ratio(self, other: "Timing") -> float:
        """The median over the rounds of how many times as long as ``other`` it took."""
        pairs = zip(self.seconds, other.seconds, strict=True)
        return statistics.median(mine / its for mine, its in pairs)


def programs(main_file: Path) -> list[Program]:
    """The programs, the one to compare with first."""
    root = main_file.parent
    apachestaple = shutil.which("apachestaple", path=Path(sys.executable).parent)
    return [
        Program("httpd -t", [HTTPD, "-d", str(root), "-f", str(main_file), "-t"]),
        Program("python -c pass", [sys.executable, "-c", "pass"]),
        Program("reader alone", [sys.executable, "-c", _READ, str(main_file), str(root)]),
        Program(
            "apachestaple lint",
            [apachestaple or "apachestaple", "lint", "--fail-on", "error", str(root)],
        ),
    ]


def measure(
    compared: Sequence[Program], rounds: int, environment: Mapping[str, str]
) -> list[Timing]:
    """Run each program once to warm up, then once in each round."""
    seconds: list[list[float]] = [[] for _ in compared]
    for number in range(-1, rounds):
        for program, times in zip(compared, seconds, strict=True):
            taken = _seconds(program, environment)
            if number >= 0:
                times.append(taken)
    return [Timing(*pair) for pair in zip(compared, seconds, strict=True)]


def _seconds(program: Program, environment: Mapping[str, str]) -> float:
    begin = time.perf_counter()
    done = subprocess.run(
        program.command, env=environment, capture_output=True, text=True, check=False
    )
    taken = time.perf_counter() - begin
    if done.returncode != 0:
        message = (done.stdout + done.stderr).strip()[-2000:]
        raise SystemExit(f"{program.name}: exit code {done.returncode}\n{message}")
    return taken


def table(title: str, timings: Sequence[Timing]) -> str:
    """Times in milliseconds and ratios to the first program."""
    rows = [f"{title:24}{'min':>10}{'median':>10}{'max':>10}{'ratio':>10}"]
    for timing in timings:
        figures = min(timing.seconds), statistics.median(timing.seconds), max(timing.seconds)
        cells = "".join(f"{1000 * seconds:>10.1f}" for seconds in figures)
        rows.append(f"  {timing.program.name:22}{cells}{timing.ratio(timings[0]):>10.2f}")
    return "\n".join(rows)


def _environment(folder: Path) -> Mapping[str, str]:
    return {
        **os.environ,
        "APACHE_RUN_DIR": str(folder),
        "APACHE_LOG_DIR": str(folder),
        "APACHE_PID_FILE": str(folder / "apache2.pid"),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print a table for each tree."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument("--hosts", metavar="N", type=int, nargs="+", default=[1, 1000])
    parser.add_argument("--rounds", metavar="N", type=int, default=11)
    parser.add_argument("--one-file", action="store_true", help="all hosts in the main file")
    given = parser.parse_args(arguments)
    print("Wall time in milliseconds; the ratio is to httpd -t.\n")
    for hosts in given.hosts:
        with tempfile.TemporaryDirectory() as name:
            main_file = make_tree(Path(name) / "apache2", hosts, one_file=given.one_file)
            timings = measure(programs(main_file), given.rounds, _environment(Path(name)))
        print(table(f"{hosts} virtual host{'s' if hosts > 1 else ''}", timings), end="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
