"""Runs ``httpd -t`` before and after files are written."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from apachestaple.fix.transaction.state import WriteError
from apachestaple.httpd.machine import (
    allowed_variables,
    installed,
    not_started,
    program_environment,
)
from apachestaple.httpd.words import escaped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.httpd.start import Start

_CONFIGTEST_SECONDS = 120


class Verdict(StrEnum):
    """What ``httpd -t`` says about a change."""

    PASSED = "passed"
    # It failed before the change and still fails, so it does not test the change.
    FAILED_BEFORE = "failed-before"
    # It was not run, at least for one of the configurations.
    NOT_RUN = "not-run"


@dataclass(frozen=True, slots=True)
class Tested:
    """The result of ``httpd -t`` after a change.

    Attributes:
        verdict: what it says about the change.
        failures: for each configuration that failed before and still fails, its main file and the
            message of httpd.

    """

    verdict: Verdict
    failures: tuple[tuple[str, str], ...] = ()


NOT_RUN = Tested(Verdict.NOT_RUN)


class RejectedError(Exception):
    """``httpd -t`` passed before the change and fails now; the text is httpd's message."""


@dataclass(frozen=True)
class ConfigTest:
    """``httpd -t`` for some configurations, as it was before a change.

    Attributes:
        mode: ``auto``, ``always`` or ``never``.
        before: for each tested configuration, the message of httpd, or ``None`` if it passed.
        is_complete: whether all configurations are tested.

    """

    mode: str
    before: tuple[tuple[Start, str | None], ...]
    is_complete: bool

    def again(self) -> Tested:
        """Run ``httpd -t`` after the change.

        Raises:
            RejectedError: it fails. A configuration that failed before may still fail, unless the
                mode is ``always``.
            OperatingSystemError: it could not be run.

        """
        failures = []
        for start, failed_before in self.before:
            message = _configtest(start)
            if message is None:
                continue
            if failed_before is None or self.mode == "always":
                raise RejectedError(message)
            failures.append((start.main_file, message))
        if failures:
            return Tested(Verdict.FAILED_BEFORE, tuple(failures))
        return Tested(Verdict.PASSED) if self.before and self.is_complete else NOT_RUN


def configtest(starts: Sequence[Start], mode: str) -> ConfigTest:
    """Run ``httpd -t`` before a change.

    Args:
        starts: the configurations.
        mode: ``auto`` tests this machine's httpd, ``always`` every whole configuration, ``never``
            none.

    Raises:
        WriteError: httpd is not installed.
        OperatingSystemError: it could not be run.

    """
    tested = [start for start in starts if _is_tested(start, mode)]
    before = tuple((start, _configtest(start)) for start in tested)
    return ConfigTest(mode, before, is_complete=len(tested) == len(starts))


def _is_tested(start: Start, mode: str) -> bool:
    if mode == "never" or not start.whole:
        return False
    return mode == "always" or start.installed


def _configtest(start: Start) -> str | None:
    """The message of ``httpd -t`` on one line, or ``None`` if it passes."""
    machine = installed()
    if machine is None:
        raise WriteError(
            "httpd is not installed, so it cannot test the result; nothing was changed"
        )
    command = [machine.binary, "-d", start.server_root, "-f", start.main_file, "-t"]
    for name, value in start.defines.items():
        command += ["-D", name if value is None else f"{name}={value}"]
    if not start.installed:
        # The environment only has the variables of this machine's own start script.
        for name, value in allowed_variables(start.environment).items():
            command += ["-C", f'Define {name} "{escaped(value)}"']
    try:
        done = subprocess.run(
            command,
            env=program_environment(machine),
            capture_output=True,
            check=False,
            timeout=_CONFIGTEST_SECONDS,
            text=True,
            errors="replace",
        )
    except subprocess.TimeoutExpired as error:
        return str(error)
    except OSError as error:
        raise not_started(machine.binary, error) from None
    return None if done.returncode == 0 else " ".join(done.stderr.split())
