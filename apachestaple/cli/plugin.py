"""Errors of commands that a monitoring system runs as a plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.cli.errors import described, tell_if_internal

# Not where it is needed: the error may be that no file can be opened.
from apachestaple.probing.judging import Verdict
from apachestaple.report.nagios import plugin_error
from apachestaple.report.terminal import emit

if TYPE_CHECKING:
    from collections.abc import Callable


# The formats of these commands.
FORMATS = ("text", "json", "nagios", "prometheus")


def as_plugin(form: str, output: str | None, run: Callable[[], int]) -> int:
    """Run; in the format ``nagios``, print an error as the verdict UNKNOWN.

    Monitoring systems show standard output only, and take every other exit code for a verdict.
    """
    if form != "nagios":
        return run()
    try:
        return run()
    except Exception as error:  # noqa: BLE001  (an internal error is no verdict either)
        tell_if_internal(error)
        try:
            return unknown(described(error), output)
        except OSError:
            return unknown(described(error))


def unknown(message: str, output: str | None = None) -> int:
    """Print the verdict UNKNOWN; returns its exit code."""
    emit(plugin_error(message), output, exact=True)
    return Verdict.UNKNOWN
