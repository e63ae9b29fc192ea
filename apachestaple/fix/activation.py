"""The commands that make a running httpd use the files that fix has written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apachestaple.httpd.distributions import recognise
from apachestaple.httpd.layout import telling_lines
from apachestaple.mod_ssl.reloads import reload_problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apachestaple.httpd.configuration import Directive
    from apachestaple.httpd.control import Control
    from apachestaple.mod_ssl.reloads import ReloadProblem
    from apachestaple.mod_ssl.site import Site


@dataclass(frozen=True, slots=True)
class Activation:
    """A command to run on the server.

    Attributes:
        command: reloads httpd, or stops and starts it.
        problem: why a reload is not sufficient; ``None`` if it is.

    """

    command: str
    problem: ReloadProblem | None = None


def activations(changes: Iterable[tuple[Site, Site]]) -> tuple[Activation, ...]:
    """The commands for httpds that run with the first site of each pair, to use the second one."""
    return tuple(dict.fromkeys(_activation(before, after) for before, after in changes))


def _activation(before: Site, after: Site) -> Activation:
    problem = reload_problem(before, after)
    control = control_of(after.configuration.main_file)
    return Activation(control.stop_and_start if problem else control.reload, problem)


def cache_stays(cache: Directive, control: Control) -> str:
    """Why a cache that is no longer used stays, and how to remove it."""
    return (
        f"{cache.file} line {cache.line}: SSLStaplingCache stays, because a running httpd can "
        "exit or crash at its next reload without it. The line is harmless. To remove it, stop "
        f"httpd ({control.stop}), remove the line, and start httpd ({control.start})"
    )


def control_of(main_file: str) -> Control:
    """The commands that control the httpd with this main file, by its distribution."""
    return recognise(main_file, telling_lines(main_file)).control
