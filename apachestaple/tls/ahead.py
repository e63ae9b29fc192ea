"""Files that a second process reads and parses while this one reads the configuration.

It is started where many files are expected, and a second processor is there to run it. What it does
not tell, for whatever reason, this process finds out by itself.
"""

from __future__ import annotations

import os
import threading
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from apachestaple.tls.second_process import SecondProcess

_Result = TypeVar("_Result")

# Getting a second process going takes as long as some hundred certificate files.
FEWEST = 400
# So many are asked for at once, and at most so many are asked for and not answered.
_BATCH = 64
_OPEN = 16 * _BATCH
# When this process has to wait and so many are not even asked for, it takes a share of them.
SHARED = 2000


class ReadingAhead(Generic[_Result]):
    """Has ``read`` called in a second process for the paths that are expected, in their order.

    What it returns must be fit for pickle.
    """

    def __init__(self, read: Callable[[str], _Result]) -> None:
        self._read = read
        self._process: SecondProcess[_Result] | None = None
        self._is_possible = True
        # Expected, and not yet asked for; asked for, and not yet answered; known.
        self._expected: dict[str, None] = {}
        self._asked: set[str] = set()
        self._results: dict[str, _Result] = {}

    def expect(self, path: str) -> None:
        """Say that the result for ``path`` is going to be asked for."""
        if not self._is_possible or path in self._asked or path in self._results:
            return
        self._expected[path] = None
        if self._process is not None:
            if len(self._expected) % _BATCH == 0:
                self._exchange(self._process)
        elif len(self._expected) >= FEWEST:
            self._start()

    def result(self, path: str) -> _Result | None:
        """What ``read`` returned for it there; ``None`` where it was not called, or failed."""
        process = self._process
        if process is None:
            return None
        shares = len(self._expected) >= SHARED
        while path in self._asked or path in self._expected:
            self._exchange(process, wait=not shares)
            if shares and self._expected and path not in self._results:
                # From the end, which the other process would come to last.
                last, _ = self._expected.popitem()
                self._results[last] = self._read(last)
            shares = shares and bool(self._expected)
        return self._results.pop(path, None)

    def _start(self) -> None:
        from apachestaple.tls.second_process import SecondProcess  # noqa: PLC0415

        try:
            self._process = SecondProcess(self._read) if _may_fork() else None
        except OSError:
            self._process = None
        if self._process is None:
            self._give_up()
        else:
            self._exchange(self._process)

    def _exchange(self, process: SecondProcess[_Result], *, wait: bool = False) -> None:
        """Ask for more, and take what is answered."""
        while self._expected and len(self._asked) < _OPEN:
            batch = list(islice(self._expected, _BATCH))
            for path in batch:
                del self._expected[path]
            self._asked.update(batch)
            process.ask(batch)
        try:
            answers = process.answers(wait=wait)
        except (OSError, EOFError):
            self._give_up()
        else:
            self._results.update(answers)
            self._asked.difference_update(answers)

    def _give_up(self) -> None:
        self._is_possible = False
        self._expected.clear()
        self._asked.clear()


def _may_fork() -> bool:
    """Whether a fork is safe, and of use: with threads it is not, on one processor neither."""
    if not hasattr(os, "sched_getaffinity"):
        return False
    return len(os.sched_getaffinity(0)) > 1 and threading.active_count() == 1
