"""Checks the values of options."""

from __future__ import annotations

import sys

from apachestaple.cli.errors import UsageError


def one_of(option: str, given: str, *choices: str) -> str:
    """Return ``given``.

    Raises:
        UsageError: it is not one of the choices.

    """
    if given not in choices:
        raise UsageError(f"{option} must be one of {', '.join(choices)}, not {given!r}")
    return given


def seconds(option: str, given: str, longest: float) -> float:
    """The number of seconds in ``given``.

    Raises:
        UsageError: it is not a number above 0 and at most ``longest``.

    """
    try:
        number = float(given)
    except ValueError:
        number = 0
    if not 0 < number <= longest:
        raise UsageError(f"{option} must be a number of seconds, above 0 and at most {longest:g}")
    return number


def whole(option: str, given: str | None, default: int, *, least: int = 1, most: int) -> int:
    """The whole number in ``given``; without one, the default.

    Raises:
        UsageError: it is no whole number from ``least`` to ``most``.

    """
    if given is None:
        return default
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else least - 1
    if not least <= number <= most:
        raise UsageError(f"{option} must be a whole number from {least} to {most}")
    return number


def amount(option: str, given: str, unit: str, most: float) -> float:
    """The number of a unit in ``given``, such as days.

    Raises:
        UsageError: it is not a number from 0 to ``most``.

    """
    try:
        number = float(given)
    except ValueError:
        number = -1
    if not 0 <= number <= most:
        raise UsageError(f"{option} must be a number of {unit} from 0 to {most:g}")
    return number


def standard_input(most: int) -> str:
    """The text on standard input, with every byte.

    Raises:
        UsageError: it is longer than ``most`` bytes, or closed.

    """
    data = sys.stdin.buffer.read(most + 1) if sys.stdin is not None else None
    if data is None:
        raise UsageError("standard input is closed")
    if len(data) > most:
        raise UsageError(f"standard input is larger than {most:,} bytes")
    return data.decode("utf-8", "surrogateescape")
