"""What is measured: inputs that are doubled, and inputs that have a limit."""

from __future__ import annotations

import gc
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST_TIMES = 2.3
# Shorter times say nothing.
_LEAST_SECONDS = 0.05
# What takes no longer for so many repetitions is fast enough; for more, memory decides the time.
_LARGEST = 1 << 20


@dataclass(frozen=True)
class Row:
    """An input that is doubled: the time must not become more than 2.3 times as long.

    ``make(size)`` returns the input, ``run(input)`` reads it; ``size`` is doubled until that takes
    at least 50 ms, before it is measured. What takes less for a million repetitions is linear.
    """

    name: str
    make: Callable[[int], Any]
    run: Callable[[Any], object]
    size: int = 1000

    def times(self) -> float:
        """How many times longer the double input takes; the best of several tries."""
        size = self.size
        while self._seconds(size) < _LEAST_SECONDS:
            size *= 2
            if size > _LARGEST:
                return 1
        best = float("inf")
        for _ in range(4):
            best = min(best, self._seconds(2 * size) / self._seconds(size))
            if best <= MOST_TIMES:
                break
        return best

    def _seconds(self, size: int) -> float:
        read = self.make(size)
        tries = []
        for _ in range(3):
            gc.collect()
            begin = time.process_time()
            self.run(read)
            tries.append(time.process_time() - begin)
        return min(tries)


@dataclass(frozen=True)
class Limit:
    """A command that must end within a time of the processor, and a memory.

    ``feed`` makes what it reads from standard input; ``seconds`` counts both processors, ``memory``
    is the peak in MB.
    """

    name: str
    command: Sequence[str]
    feed: Callable[[], bytes]
    seconds: float
    memory: float = 100

    def measure(self) -> tuple[float, float]:
        """Seconds of the processor, and MB."""
        measured = (
            "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=-3, stderr=-3);"
            "used = resource.getrusage(resource.RUSAGE_CHILDREN);"
            "print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)"
        )
        command = [sys.executable, "-c", measured, sys.executable, "-m", "apachestaple"]
        done = subprocess.run(
            [*command, *self.command], input=self.feed(), capture_output=True, check=True
        )
        seconds, memory = map(float, done.stdout.split())
        return seconds, memory


def no_core() -> None:
    """A row that breaks everything leaves no file of gigabytes."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
