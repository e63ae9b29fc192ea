"""Runs ``httpd -t`` before and after files are written."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from apachestaple.fix.transaction.state import WriteError
from apachestaple.httpd.machine import allowed_variables, installed, program_environment
from apachestaple.httpd.words import escaped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from apachestaple.httpd.start import Start

_CONFIGTEST_SECONDS = 120


def configtests(starts: Sequence[Start], configtest: str) -> Callable[[], str | None]:
    """Run ``httpd -t`` now, and return a function that runs it again.

    The function returns the message of httpd if a configuration fails, else ``None``. It ignores
    configurations that failed before the change, unless ``configtest`` is ``always``.

    Raises:
        WriteError: httpd is not installed.

    """
    tested = [start for start in starts if _is_tested(start, configtest)]
    before = [_configtest(start) for start in tested]

    def rejection() -> str | None:
        for start, rejected_before in zip(tested, before, strict=True):
            message = _configtest(start)
            if message is not None and (rejected_before is None or configtest == "always"):
                return message
        return None

    return rejection


def _is_tested(start: Start, configtest: str) -> bool:
    if configtest == "never" or not start.whole:
        return False
    return configtest == "always" or start.installed


def _configtest(start: Start) -> str | None:
    """The message of ``httpd -t``, or ``None`` if it passes."""
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
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None if done.returncode == 0 else done.stderr.strip()
