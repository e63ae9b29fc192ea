"""``python -m tests.shared COUNT [SEED] [PROCESSES] [CASE]``; exit code 1 where something is wrong.

CASE is the number of one configuration, of which everything is printed.
"""

from __future__ import annotations

import secrets
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from tests.shared.arena import Arena
from tests.shared.run import Report, examples, one, run


def main(arguments: list[str]) -> int:
    """Run and print."""
    count = int(arguments[0]) if arguments else 200
    seed = int(arguments[1]) if len(arguments) > 1 and arguments[1] else secrets.randbelow(10**9)
    processes = int(arguments[2]) if len(arguments) > 2 else 2
    if len(arguments) > 3:
        return _one(seed, int(arguments[3]))
    sys.stdout.write(f"{count} configurations, SEED={seed}, {processes} processes\n")
    sys.stdout.flush()
    begin = time.monotonic()
    report = Report()
    shares = [range(first, count, processes) for first in range(processes)]
    with ProcessPoolExecutor(processes) as pool:
        for part in pool.map(run, [seed] * processes, shares):
            report.add(part)
    if report.failures:
        with Arena() as arena:
            _print(*examples(arena, seed, report))
    _print(*report.lines())
    _print(f"{time.monotonic() - begin:.0f} seconds, SEED={seed}")
    return 0 if report.clean else 1


def _one(seed: int, number: int) -> int:
    with Arena() as arena:
        case = one(arena, seed, number)
    _print(*case.lines())
    return 1 if case.wrong or case.mismatches else 0


def _print(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(line.encode("utf-8", "backslashreplace").decode() + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
