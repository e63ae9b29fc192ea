"""How a command ends: what it has started ends with it, also when an error or a signal ends it."""

from __future__ import annotations

import signal
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_started = ExitStack()


def at_end(end: Callable[[], None]) -> None:
    """Have ``end`` called when the command ends, the latest first."""
    _started.callback(end)


@contextmanager
def ended_with_all() -> Iterator[None]:
    """Call what `at_end` was given, however the block is left."""
    with signals_raise(), _started:
        yield


@contextmanager
def signals_raise() -> Iterator[None]:
    """Have SIGTERM and SIGHUP (a terminal that goes away) raise SystemExit, as SIGINT does."""

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
