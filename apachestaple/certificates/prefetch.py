"""Files that a second process reads and parses while this one reads the configuration.

It is started where many files are expected, and a second processor is there to run it. What it does
not tell, for whatever reason, this process finds out by itself.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from apachestaple.certificates.second_process import SecondProcess

_Result = TypeVar("_Result")

# Getting a second process going takes as long as some hundred certificate files.
FEWEST = 400
# So many are asked for at once.
_BATCH = 64


class Prefetch(Generic[_Result]):
    """Has ``read`` called in a second process for the paths that are expected, in their order.

    What it returns must be fit for pickle.
    """

    def __init__(self, read: Callable[[str], _Result]) -> None:
        self._read = read
        self._process: SecondProcess[_Result] | None = None
        self._is_possible = True
        # Expected, and not yet asked for; asked for, and not yet answered; answered.
        self._expected: dict[str, None] = {}
        self._asked: set[str] = set()
        self._results: dict[str, _Result] = {}

    def expect(self, path: str) -> None:
        """Say that the result for ``path`` is going to be asked for."""
        if self._is_possible and path not in self._asked:
            self._expected[path] = None
            if len(self._expected) >= (_BATCH if self._process else FEWEST):
                self._ask()

    def result(self, path: str) -> _Result | None:
        """What ``read`` returned for it there; ``None`` where it was not called, or failed."""
        if self._process and path in self._expected:
            self._ask()
        while self._process and path in self._asked:
            self._receive(self._process)
        return self._results.pop(path, None)

    def _ask(self) -> None:
        try:
            self._process = self._process or _started(self._read)
            if self._process:
                self._process.ask(list(self._expected))
        except OSError:
            self._give_up()
        if self._process is None:
            self._give_up()
        else:
            self._asked.update(self._expected)
            self._expected.clear()

    def _receive(self, process: SecondProcess[_Result]) -> None:
        try:
            answers = process.receive()
        except (OSError, EOFError):
            self._give_up()
        else:
            self._asked.difference_update(answers)
            self._results.update(answers)

    def _give_up(self) -> None:
        """What is not answered yet is never going to be."""
        self._is_possible = False
        self._expected.clear()
        self._asked.clear()
        if self._process:
            self._process.end()
            self._process = None


def _started(read: Callable[[str], _Result]) -> SecondProcess[_Result] | None:
    """The second process, where a fork is safe and of use.

    With threads it is not safe, and on one processor of no use.
    """
    from apachestaple.certificates.second_process import SecondProcess  # noqa: PLC0415

    if not hasattr(os, "sched_getaffinity"):
        return None
    if len(os.sched_getaffinity(0)) == 1 or threading.active_count() > 1:
        return None
    return SecondProcess(read)
