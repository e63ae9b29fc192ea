"""A progress bar on a terminal, for work that takes longer than a second."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress

_Result = TypeVar("_Result")

_PATIENCE = 1.0


def tracked(results: Iterator[_Result], total: int, what: str) -> Iterator[_Result]:
    """The results as they arrive, counted by a progress bar."""
    with progress(what, total, in_bytes=False) as advance:
        for result in results:
            yield result
            advance(1)


@contextmanager
def progress(what: str, total: int, *, in_bytes: bool = True) -> Iterator[Callable[[int], None]]:
    """A context with a function that advances the bar; ``total`` is 0 if it is not known."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda _: None
        return
    bar = _Bar(what, total, in_bytes)
    try:
        yield bar.advance
    finally:
        bar.stop()


class _Bar:
    """A bar that appears after a second, even without progress."""

    def __init__(self, what: str, total: int, in_bytes: bool) -> None:
        self._what, self._total, self._in_bytes = what, total, in_bytes
        self._done = 0
        self._shown: Progress | None = None
        self._waiting = threading.Timer(_PATIENCE, self._show)
        self._waiting.daemon = True
        self._waiting.start()

    def advance(self, amount: int) -> None:
        self._done += amount
        if self._shown is not None:
            self._shown.update(self._shown.task_ids[0], completed=self._done)

    def stop(self) -> None:
        self._waiting.cancel()
        self._waiting.join()
        if self._shown is not None:
            self._shown.stop()

    def _show(self) -> None:
        shown = _shown(self._what, self._total, self._in_bytes)
        shown.update(shown.task_ids[0], completed=self._done)
        self._shown = shown


def _shown(what: str, total: int, in_bytes: bool) -> Progress:
    from rich.console import Console  # noqa: PLC0415  (50 ms, and few wait for so long)
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn() if in_bytes else MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    shown = Progress(*columns, console=Console(stderr=True), transient=True)
    shown.add_task(what, total=total or None)
    shown.start()
    return shown
