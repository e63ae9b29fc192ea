"""Measures the memory of all processes together: ``python -m benchmarks.memory``.

Memory that processes share is counted once (Pss in Linux's smaps_rollup). It is read every five
milliseconds, which disturbs the program, so that the time is measured by `benchmarks.compare`.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from benchmarks.compare import made
from benchmarks.programs import Program, httpd, ours

_INTERVAL = 0.005


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure httpd and lint, for a file for each host and for a single file."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument("--hosts", metavar="N", type=int, default=10_000, help="[10000]")
    given = parser.parse_args(arguments)
    for one_file in (False, True):
        where = "a single file" if one_file else "one file per host"
        with made(given.hosts, one_file=one_file) as (main_file, environment):
            for program in (httpd(main_file), ours(main_file, given.hosts)[1]):
                megabytes = peak(program, environment) / 1e6
                print(f"{given.hosts:,} hosts, {where}: {program.name}: {megabytes:.0f} MB")
    return 0


def peak(program: Program, environment: Mapping[str, str]) -> int:
    """The largest memory of a program and the processes that it starts, in bytes."""
    process = subprocess.Popen(
        program.command,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    largest = 0
    while process.poll() is None:
        largest = max(largest, sum(map(_memory, _tree(process.pid))))
        time.sleep(_INTERVAL)
    return largest


def _tree(process: int) -> Iterator[int]:
    yield process
    with suppress(OSError):
        for children in Path(f"/proc/{process}/task").glob("*/children"):
            for child in children.read_text(encoding="ascii").split():
                yield from _tree(int(child))


def _memory(process: int) -> int:
    with suppress(OSError):
        text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
        for line in text.splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    sys.exit(main())
