"""Parallel connections with a limit."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, TypeVar

from apachestaple.errors import OperatingSystemError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_Question = TypeVar("_Question")
_Answer = TypeVar("_Answer")


def at_once(
    ask: Callable[[_Question], _Answer], questions: Sequence[_Question], *, most: int
) -> Iterator[tuple[_Question, _Answer]]:
    """Call ``ask`` for each question, up to ``most`` in parallel; yields results as they arrive.

    The threads end with the program. With concurrent.futures, an interrupt would wait for the
    slowest server.

    Raises:
        Exception: an exception of ``ask``.
        OperatingSystemError: no thread can be started.

    """
    waiting: queue.SimpleQueue[_Question] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[_Question, _Answer] | Exception] = queue.SimpleQueue()
    for question in questions:
        waiting.put(question)

    def work() -> None:
        while True:
            try:
                question = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                done.put((question, ask(question)))
            except Exception as error:  # noqa: BLE001  (raised again where it is waited for)
                done.put(error)

    for _ in range(min(most, len(questions))):
        started(work)
    for _ in questions:
        outcome = done.get()
        if isinstance(outcome, Exception):
            raise outcome
        yield outcome


def started(work: Callable[[], None]) -> threading.Thread:
    """A new thread, which ends with the program.

    Raises:
        OperatingSystemError: no thread can be started.

    """
    thread = threading.Thread(target=work, daemon=True)
    try:
        thread.start()
    except RuntimeError:
        raise OperatingSystemError("the system does not allow another thread") from None
    return thread
