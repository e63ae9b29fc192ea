"""``python -m tests.drawn COUNT [SEED] [PROCESSES] [ONLY]``; exit code 1 where lint is wrong.

ONLY is a case (``working-17``, ``AS207-3``), or the code of a rule for faults of that alone.
"""

from __future__ import annotations

import secrets
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from tests.drawn.run import Report, cases, run


def main(arguments: list[str]) -> int:
    """Run and print."""
    count = int(arguments[0]) if arguments else 300
    seed = int(arguments[1]) if len(arguments) > 1 and arguments[1] else secrets.randbelow(10**9)
    processes = int(arguments[2]) if len(arguments) > 2 else 2
    names = cases(count, arguments[3] if len(arguments) > 3 else "")
    processes = min(processes, len(names))
    sys.stdout.write(f"{len(names)} cases, SEED={seed}, {processes} processes\n")
    sys.stdout.flush()
    begin = time.monotonic()
    report = Report()
    shares = [names[first::processes] for first in range(processes)]
    with ProcessPoolExecutor(processes) as pool:
        for part in pool.map(run, [seed] * processes, shares):
            report.add(part)
    for text in report.lines():
        # What is no UTF-8 in a file shall not stop the printing.
        sys.stdout.write(text.encode("utf-8", "backslashreplace").decode() + "\n")
    sys.stdout.write(f"{time.monotonic() - begin:.0f} seconds\n")
    return 1 if report.troubles else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
