"""Cleanup at the end of a command, also if an error or a signal ends it."""

from __future__ import annotations

import signal
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_started = ExitStack()


def at_end(end: Callable[[], None]) -> None:
    """Register ``end`` to be called when the command ends, the latest first."""
    _started.callback(end)


def end_all() -> None:
    """Call the functions registered with `at_end` now."""
    _started.close()


@contextmanager
def ended_with_all() -> Iterator[None]:
    """Call the functions registered with `at_end` when the block ends in any way."""
    with signals_raise(), _started:
        yield


@contextmanager
def signals_raise() -> Iterator[None]:
    """Let SIGTERM and SIGHUP (a closed terminal) raise SystemExit, as SIGINT does."""

    def leave(number: int, _: object) -> NoReturn:
        raise SystemExit(128 + number)

    heeded = [
        number
        for number in (signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) is signal.SIG_DFL
    ]
    for number in heeded:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number in heeded:
            signal.signal(number, signal.SIG_DFL)
