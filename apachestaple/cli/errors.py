"""Exit codes, and error messages on standard error (one line each, without a traceback)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, ParamSpec

from apachestaple.errors import ApachestapleError

if TYPE_CHECKING:
    from collections.abc import Callable

    from apachestaple.httpd.configuration import Configuration

_Arguments = ParamSpec("_Arguments")

# Wrong usage, or nothing could be read.
FAILED = 2
# The exit code that shells use for a program that was ended by SIGINT.
INTERRUPTED = 130


class UsageError(ApachestapleError):
    """The arguments of a command cannot be used; the text says why."""


def exit_code(
    command: Callable[_Arguments, int], *arguments: _Arguments.args, **options: _Arguments.kwargs
) -> int:
    """Run a command; returns its exit code, or `FAILED` if it raises an error."""
    from apachestaple.ending import ended_with_all

    try:
        with ended_with_all():
            return command(*arguments, **options)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001  (Python's own exit code, 1, would mean that there are findings)
        tell_if_internal(error)
        tell(described(error))
    return FAILED


def described(error: Exception) -> str:
    """The message for an error that ends a command."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, (ApachestapleError, OSError)):
        return str(error)
    return "this is an internal error of apachestaple; please report it with the lines above"


def tell_if_internal(error: Exception) -> None:
    """Write the traceback of an internal error."""
    if not isinstance(error, (ApachestapleError, OSError)):
        import traceback

        _write(*"".join(traceback.format_exception(error)).splitlines())


def tell(*messages: str) -> None:
    """Write lines to standard error, which escapes characters that its encoding does not have."""
    _write(*(f"apachestaple: {message}" for message in messages))


def _write(*lines: str) -> None:
    from apachestaple.report.terminal import printable, without_commands

    for line in lines:
        print(without_commands(printable(line)), file=sys.stderr)  # noqa: T201  (messages are printed only here)


def tell_errors(configuration: Configuration) -> None:
    """Write the errors of a configuration for a command that does not lint it."""
    for error in configuration.errors:
        tell(f"{error.place.file}:{error.place.line}: {error.message}")
