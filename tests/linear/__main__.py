# ruff: noqa: T201  (a program)
"""Doubles hostile inputs and measures how much longer they take: ``python -m tests.linear [NAME]``.

Exit code 1: a reader takes more than 2.3 times as long for twice as much, or exceeds a limit.
"""

import gc
import sys

from . import comments, configurations, logs, positions, repairs, results, templates
from .row import MOST_TIMES, no_core

ROWS = (
    *(*logs.ROWS, *comments.ROWS, *configurations.ROWS, *positions.ROWS, *repairs.ROWS),
    *results.ROWS,
    *templates.ROWS,
)
LIMITS = (*logs.LIMITS, *configurations.LIMITS, *templates.LIMITS)


def main(wanted: str = "") -> int:
    """Measure the rows that have ``wanted`` in their names."""
    no_core()
    # As the command sets it.
    gc.set_threshold(1_000_000)
    failed = 0
    for row in ROWS:
        if wanted in row.name:
            times = row.times()
            failed += times > MOST_TIMES
            print(f"{times:6.2f} times  {'FAILED ' * (times > MOST_TIMES)}{row.name}", flush=True)
    for limit in LIMITS:
        if wanted in limit.name:
            seconds, memory = limit.measure()
            exceeded = seconds > limit.seconds or memory > limit.memory
            failed += exceeded
            print(
                f"{seconds:6.2f} s {memory:5.0f} MB  {'FAILED ' * exceeded}{limit.name}", flush=True
            )
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
