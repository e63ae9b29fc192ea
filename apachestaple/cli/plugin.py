"""Errors of commands that a monitoring system runs as a plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.errors import ApachestapleError

if TYPE_CHECKING:
    from collections.abc import Callable


def as_plugin(form: str, output: str | None, run: Callable[[], int]) -> int:
    """Run; in the format ``nagios``, print an error as the verdict UNKNOWN.

    Monitoring systems show standard output only.
    """
    if form != "nagios":
        return run()
    try:
        return run()
    except (ApachestapleError, OSError) as error:
        from apachestaple.probing.judging import Verdict
        from apachestaple.report.nagios import plugin_error
        from apachestaple.report.terminal import emit

        emit(plugin_error(str(error)), output)
        return Verdict.UNKNOWN
