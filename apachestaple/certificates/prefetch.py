"""Reads and parses certificate files in a second process, while this one reads the configuration.

The second process is started if many files are expected and there is a second processor. Results
that it does not return are computed by this process.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from apachestaple.certificates.second_process import SecondProcess

_Result = TypeVar("_Result")

# Starting a second process takes as long as reading some hundred certificate files.
FEWEST = 400
# The number of paths in one request.
_BATCH = 64


class Prefetch(Generic[_Result]):
    """Calls ``read`` in a second process for the expected paths, in order.

    It calls ``prepare`` before. The results must be picklable. In this process, ``receive`` is
    called with them in the same order.
    """

    def __init__(
        self,
        prepare: Callable[[], object],
        read: Callable[[str], _Result],
        receive: Callable[[str, _Result], None],
    ) -> None:
        self._prepare = prepare
        self._read = read
        self._receive = receive
        self._process: SecondProcess[_Result] | None = None
        self._is_possible = True
        self._is_in_use = False
        # Paths that are expected but not requested, and those that are requested but not answered.
        self._expected: dict[str, None] = {}
        self._asked: set[str] = set()

    def expect(self, path: str) -> None:
        """Announce that the result for ``path`` will be needed."""
        if self._is_possible and path not in self._asked:
            self._expected[path] = None
            if len(self._expected) >= (_BATCH if self._is_in_use else FEWEST):
                self._ask()

    def start(self) -> None:
        """Start the second process now, because many paths will probably be expected."""
        if self._is_possible and self._process is None:
            try:
                self._process = _started(self._prepare, self._read)
            except OSError:
                self._give_up()

    def wait_for(self, path: str) -> None:
        """Receive the result for ``path`` and those before it, if it is expected.

        It is not received if ``read`` has failed.
        """
        if self._is_in_use and path in self._expected:
            self._ask()
        while self._process and path in self._asked:
            self._receive_some(self._process)

    @property
    def is_in_use(self) -> bool:
        """Whether there are enough files for a second process."""
        return self._is_in_use

    def _ask(self) -> None:
        self.start()
        try:
            if self._process:
                self._process.ask(list(self._expected))
        except OSError:
            self._give_up()
        if self._process is None:
            self._give_up()
        else:
            self._is_in_use = True
            self._asked.update(self._expected)
            self._expected.clear()

    def _receive_some(self, process: SecondProcess[_Result]) -> None:
        try:
            answers = process.receive()
        except (OSError, EOFError):
            self._give_up()
        else:
            self._asked.difference_update(answers)
            for path, result in answers.items():
                self._receive(path, result)

    def _give_up(self) -> None:
        """Forget requests that will not be answered."""
        self._is_possible = self._is_in_use = False
        self._expected.clear()
        self._asked.clear()
        if self._process:
            self._process.end()
            self._process = None


def _started(
    prepare: Callable[[], object], read: Callable[[str], _Result]
) -> SecondProcess[_Result] | None:
    """The second process, if a fork is safe and useful.

    It is not safe with threads, and not useful with one processor.
    """
    from apachestaple.certificates.second_process import SecondProcess  # noqa: PLC0415

    if not hasattr(os, "sched_getaffinity"):
        return None
    if len(os.sched_getaffinity(0)) == 1 or threading.active_count() > 1:
        return None
    return SecondProcess(prepare, read)
