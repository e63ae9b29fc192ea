"""Says what is wrong with what the user gave: a line on standard error, never a traceback."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING, ParamSpec

from apachestaple.httpd.layout import LayoutError
from apachestaple.report.terminal import printable
from apachestaple.rules.catalogue import UnknownRuleError
from apachestaple.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from apachestaple.httpd.configuration import Configuration

_Arguments = ParamSpec("_Arguments")

USELESS = 2
# What a shell reports of a program that SIGINT has ended.
INTERRUPTED = 130


class TroubleError(Exception):
    """A command cannot go on; the text says why."""


def exit_code(
    command: Callable[_Arguments, int], *arguments: _Arguments.args, **options: _Arguments.kwargs
) -> int:
    """The exit code of a command: its own, or 2 where it could not do anything."""
    try:
        return command(*arguments, **options)
    except (TroubleError, LayoutError, SettingsError, UnknownRuleError) as error:
        tell(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        tell(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except Exception:  # noqa: BLE001  (an exit code of 1 would say that there are findings)
        traceback.print_exc()
        tell("this is a fault of apachestaple's own; please report it with the lines above")
    return USELESS


def tell(*messages: str) -> None:
    """Write lines to standard error, which escapes what its encoding lacks."""
    for message in messages:
        print(f"apachestaple: {printable(message)}", file=sys.stderr)  # noqa: T201  (what this is for)


def tell_errors(configuration: Configuration) -> None:
    """The errors of a configuration that is shown and not linted."""
    for error in configuration.errors:
        tell(f"{error.place.file}:{error.place.line}: {error.message}")


def one_of(option: str, given: str, *choices: str) -> str:
    """``given``, where it is one of the choices.

    Raises:
        TroubleError: it is none.

    """
    if given not in choices:
        raise TroubleError(f"{option} must be one of {', '.join(choices)}, not {given!r}")
    return given
