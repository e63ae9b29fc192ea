"""Checks the values of options."""

from __future__ import annotations

from apachestaple.cli.errors import UsageError


def one_of(option: str, given: str, *choices: str) -> str:
    """``given``, where it is one of the choices.

    Raises:
        UsageError: it is not.

    """
    if given not in choices:
        raise UsageError(f"{option} must be one of {', '.join(choices)}, not {given!r}")
    return given


def seconds(option: str, given: str, longest: float) -> float:
    """The number of seconds that ``given`` stands for.

    Raises:
        UsageError: it is not a number, or not more than 0 and at most ``longest``.

    """
    try:
        number = float(given)
    except ValueError:
        number = 0
    if not 0 < number <= longest:
        raise UsageError(f"{option} takes seconds, more than 0 and at most {longest:g}")
    return number
