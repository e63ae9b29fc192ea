"""Updates of the state while somebody types: after a pause, and only for the newest texts."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from apachestaple.language_server.analysis import OutdatedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_Result = TypeVar("_Result")
_Other = TypeVar("_Other")

# Seconds without a change before an update starts. Editors send several changes for some keys.
PAUSE = 0.02


class Updates(Generic[_Result]):
    """Runs updates in a thread, one at a time.

    Args:
        prepare: takes what an update needs, and returns a function that runs in the thread. It is
            called with a function that returns whether the result is outdated, and may then raise
            `OutdatedError`.
        show: called with each running update, and waits for it.
        publish: called with each result, and a function as that of ``prepare``.
        report: called with an unexpected error of an update.

    """

    def __init__(
        self,
        prepare: Callable[[], Callable[[Callable[[], bool]], _Result]],
        show: Callable[[asyncio.Future[_Result]], Awaitable[None]],
        publish: Callable[[_Result, Callable[[], bool]], Awaitable[None]],
        report: Callable[[Exception], None],
    ) -> None:
        self._prepare = prepare
        self._show = show
        self._publish = publish
        self._report = report
        self._requested = 0
        self._task: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, "apachestaple")
        self._result: _Result | None = None

    def request(self) -> None:
        """Request an update; one that is running is outdated."""
        self._requested += 1
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._run())

    @property
    def last(self) -> _Result | None:
        """The last result, which may be older than the texts."""
        return self._result

    async def newest(self) -> _Result | None:
        """The result for the newest texts."""
        while self._task is not None and not self._task.done():
            await asyncio.wait([self._task])
        return self._result

    async def in_thread(self, function: Callable[[], _Other]) -> _Other:
        """Run a function between updates."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, function)

    def start_in_thread(self, function: Callable[[], object]) -> None:
        """Run a function before the next update, without waiting for it."""
        self._thread.submit(function)

    async def _run(self) -> None:
        number = -1
        while number != self._requested:
            number = self._requested
            await asyncio.sleep(PAUSE)
            if number != self._requested:
                continue
            try:
                is_outdated = partial(self._is_outdated, number)
                work = partial(self._prepare(), is_outdated)
                update = asyncio.ensure_future(self.in_thread(work))
                await self._show(update)
                self._result = await update
                await self._publish(self._result, is_outdated)
            except OutdatedError:
                continue
            except Exception as error:  # noqa: BLE001  (the server goes on)
                self._report(error)

    def _is_outdated(self, number: int) -> bool:
        return number != self._requested
