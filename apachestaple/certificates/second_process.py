"""A fork of this process that calls a function for paths and returns the results."""

from __future__ import annotations

import fcntl
import os
import pickle
import signal
import threading
from contextlib import suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, Generic, TypeVar

from apachestaple.ending import at_end

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_Result = TypeVar("_Result")

# The number of paths in one answer.
_BATCH = 64
# The requested size of a pipe in bytes, so that requests rarely wait for the fork.
_PIPE = 1024 * 1024


class SecondProcess(Generic[_Result]):
    """Calls ``prepare``, and then ``read`` in a fork until `end`.

    Raises:
        OSError: the fork fails.

    """

    def __init__(self, prepare: Callable[[], object], read: Callable[[str], _Result]) -> None:
        asked, asking = os.pipe()
        answers, answering = os.pipe()
        try:
            self._pid = os.fork()
        except OSError:
            for handle in (asked, asking, answers, answering):
                os.close(handle)
            raise
        if self._pid == 0:
            # The fork must not run the cleanup of its parent, whatever happens.
            try:
                os.close(asking)
                os.close(answers)
                prepare()
                _serve(read, asked, answering)
            finally:
                os._exit(0)
        os.close(asked)
        os.close(answering)
        with suppress(AttributeError, OSError):
            fcntl.fcntl(asking, fcntl.F_SETPIPE_SZ, _PIPE)
        self._asking = open(asking, "wb")  # noqa: SIM115  (`end` closes both)
        self._answers = open(answers, "rb")  # noqa: SIM115
        at_end(self.end)

    def ask(self, paths: Sequence[str]) -> None:
        """Request results for the paths, in this order.

        Raises:
            OSError: the process has ended.

        """
        pickle.dump(paths, self._asking)
        self._asking.flush()

    def receive(self) -> dict[str, _Result]:
        """Wait for the next results, by path.

        Raises:
            OSError, EOFError: the process has ended.

        """
        try:
            results: dict[str, _Result] = pickle.load(self._answers)  # noqa: S301  (our own fork)
        except pickle.UnpicklingError:
            # The process has ended within a message.
            raise EOFError from None
        return results

    def end(self) -> None:
        """End the process. It only reads, so nothing is lost."""
        if self._answers.closed:
            return
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        self._answers.close()
        with suppress(BrokenPipeError):
            self._asking.close()


def _serve(read: Callable[[str], object], asked: int, answering: int) -> None:
    """Answer requests until the pipe is closed.

    A thread writes the answers, so that the next results are computed while the parent reads.
    """
    messages: SimpleQueue[bytes] = SimpleQueue()

    def write() -> None:
        with suppress(OSError), open(answering, "wb") as answers:
            while True:
                answers.write(messages.get())
                answers.flush()

    threading.Thread(target=write, daemon=True).start()
    with suppress(EOFError), open(asked, "rb") as lists:
        while True:
            paths = pickle.load(lists)  # noqa: S301  (likewise)
            for start in range(0, len(paths), _BATCH):
                results = {path: read(path) for path in paths[start : start + _BATCH]}
                messages.put(pickle.dumps(results, pickle.HIGHEST_PROTOCOL))
