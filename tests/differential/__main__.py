"""``python -m tests.differential COUNT [SEED] [PROCESSES]``; exit code 1 where the two differ."""

from __future__ import annotations

import os
import secrets
import sys
from concurrent.futures import ProcessPoolExecutor

from tests.differential.run import Report, run

# A memory file system spares the disk; every case writes a few files.
MEMORY = "/dev/shm"


def main(arguments: list[str]) -> int:
    """Run and print."""
    count = int(arguments[0]) if arguments else 20000
    seed = int(arguments[1]) if len(arguments) > 1 and arguments[1] else secrets.randbelow(10**9)
    processes = int(arguments[2]) if len(arguments) > 2 else 2
    sys.stdout.write(f"{count} cases, SEED={seed}, {processes} processes\n")
    sys.stdout.flush()
    folder = MEMORY if os.access(MEMORY, os.W_OK) else None
    each = -(-count // processes)
    report = Report()
    with ProcessPoolExecutor(processes) as pool:
        starts = [seed + number * 10**9 for number in range(processes)]
        for part in pool.map(run, [each] * processes, starts, [folder] * processes):
            report.add(part)
    for line in report.lines():
        # What is no UTF-8 in a file shall not stop the printing.
        sys.stdout.write(line.encode("utf-8", "backslashreplace").decode() + "\n")
    return 1 if report.differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
