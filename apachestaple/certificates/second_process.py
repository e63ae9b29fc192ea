"""A fork of this process that calls a function for paths and sends back what it returns.

Neither process ever waits for the other one to take something: what a pipe does not hold is kept
and sent later.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import select
import signal
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_Result = TypeVar("_Result")

# So many paths are answered in one message, which begins with its length in so many bytes.
_BATCH = 64
_LENGTH = 4
# Bytes that a pipe is asked to hold.
_PIPE = 1024 * 1024
# Bytes that are read at once.
_PIECE = 64 * 1024


class SecondProcess(Generic[_Result]):
    """Calls ``read`` in a fork; raises OSError where that cannot be made."""

    def __init__(self, read: Callable[[str], _Result]) -> None:
        paths, asking = os.pipe()
        answers, answering = os.pipe()
        try:
            self._pid = os.fork()
        except OSError:
            for handle in (paths, asking, answers, answering):
                os.close(handle)
            raise
        if self._pid == 0:
            # Whatever happens here, nothing of what the parent has begun is to be ended.
            try:
                os.close(asking)
                os.close(answers)
                _serve(read, paths, answering)
            finally:
                os._exit(0)
        os.close(paths)
        os.close(answering)
        self._asking = _Outbox(asking)
        self._answers = answers
        self._begun = bytearray()

    def ask(self, paths: Iterable[str]) -> None:
        """Have the function called for each, in this order.

        Raises:
            OSError: the process has ended.

        """
        self._asking.add(b"".join(os.fsencode(path) + b"\0" for path in paths))
        self._asking.flush()

    def answers(self) -> dict[str, _Result]:
        """Wait for the next results, by path.

        Raises:
            OSError, EOFError: the process has ended.

        """
        self._asking.flush()
        while (message := self._message()) is None:
            piece = os.read(self._answers, _PIECE)
            if not piece:
                raise EOFError
            self._begun += piece
        found: dict[str, _Result] = pickle.loads(message)  # noqa: S301  (it is ourselves)
        return found

    def _message(self) -> bytes | None:
        """The first message that has come as a whole."""
        end = _LENGTH + int.from_bytes(self._begun[:_LENGTH], "big")
        if len(self._begun) < max(end, _LENGTH + 1):
            return None
        message = bytes(self._begun[_LENGTH:end])
        del self._begun[:end]
        return message

    def __del__(self) -> None:
        # It only reads, so nothing is lost; left alone, it ends when its parent does.
        with suppress(AttributeError, OSError):
            self._asking.close()
            os.close(self._answers)
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)


def _serve(read: Callable[[str], object], paths: int, answering: int) -> None:
    outbox = _Outbox(answering)
    begun = b""
    while True:
        readable, _, _ = select.select([paths], [answering] if outbox.holds_back else [], [])
        outbox.flush()
        if not readable:
            continue
        piece = os.read(paths, _PIECE)
        if not piece:
            return
        *complete, begun = (begun + piece).split(b"\0")
        for start in range(0, len(complete), _BATCH):
            batch = map(os.fsdecode, complete[start : start + _BATCH])
            message = pickle.dumps({path: read(path) for path in batch}, pickle.HIGHEST_PROTOCOL)
            outbox.add(len(message).to_bytes(_LENGTH, "big") + message)
            outbox.flush()


class _Outbox:
    """Writes to a pipe as much as that holds, and keeps the rest."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._kept: deque[memoryview] = deque()
        os.set_blocking(handle, False)
        with suppress(AttributeError, OSError):
            fcntl.fcntl(handle, fcntl.F_SETPIPE_SZ, _PIPE)

    @property
    def holds_back(self) -> bool:
        return bool(self._kept)

    def add(self, data: bytes) -> None:
        """Add to what `flush` writes."""
        self._kept.append(memoryview(data))

    def flush(self) -> None:
        """Write what the pipe holds; raises BrokenPipeError where nobody reads any more."""
        with suppress(BlockingIOError):
            while self._kept:
                written = os.write(self._handle, self._kept[0])
                rest = self._kept.popleft()[written:]
                if rest:
                    self._kept.appendleft(rest)

    def close(self) -> None:
        os.close(self._handle)
