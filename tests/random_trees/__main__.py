"""``python -m tests.random_trees COUNT [SEED] [PROCESSES]``; exit code 1 where a proof fails."""

from __future__ import annotations

import os
import secrets
import sys
from concurrent.futures import ProcessPoolExecutor

from tests.random_trees.proof import Report, prove


def main(arguments: list[str]) -> int:
    """Run and print."""
    count = int(arguments[0]) if arguments else 200
    seed = int(arguments[1]) if len(arguments) > 1 and arguments[1] else secrets.randbelow(10**9)
    processes = int(arguments[2]) if len(arguments) > 2 else os.cpu_count() or 1
    sys.stdout.write(f"{count} trees, SEED={seed}, {processes} processes\n")
    sys.stdout.flush()
    each = [len(range(number, count, processes)) for number in range(processes)]
    starts = [seed + sum(each[:number]) for number in range(processes)]
    report = Report()
    with ProcessPoolExecutor(processes) as pool:
        for part in pool.map(prove, each, starts):
            report.add(part)
    for line in report.lines():
        sys.stdout.write(line + "\n")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
