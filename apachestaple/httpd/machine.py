"""The httpd that is installed on this machine: path, version, and environment."""

from __future__ import annotations

import errno
import os
import re
import subprocess
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.ending import at_end
from apachestaple.errors import OperatingSystemError
from apachestaple.httpd.envvars import EnvvarsError, read_envvars
from apachestaple.httpd.modules import built_in_modules
from apachestaple.httpd.programs import FIXED_PATH, find_program

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from apachestaple.httpd.conditions import Version

# The newest version whose behaviour was measured.
NEWEST: Version = (2, 4, 71)

# The reasons why a file is not a program of this machine.
_NO_PROGRAM = frozenset({errno.ENOENT, errno.EACCES, errno.ENOEXEC})

# Names of main files.
MAIN_NAMES = frozenset({"apache2.conf", "httpd.conf"})

_BINARIES = ("apache2", "httpd", "httpd2")
_SECONDS = 10

# Variables of envvars that are passed to httpd: those that distributions set, and the language of
# messages. None of them changes which code runs, as LD_PRELOAD would.
_ALLOWED = re.compile(r"APACHE_[A-Z0-9_]+|LANG|LC_[A-Z]+|TZ")


class Machine(NamedTuple):
    """The httpd that is installed on this machine."""

    binary: str
    server_root: str
    main_file: str
    version: Version
    built_in: frozenset[str]


def ask_ahead(path: str | None) -> None:
    """Start to query the installed httpd, if a PATH may be one of a whole server.

    The answer takes 15 ms, which can be used for other work. `installed` waits for it.

    Raises:
        OperatingSystemError: httpd cannot be started.

    """
    if path is None or os.path.isdir(path) or os.path.basename(path) in MAIN_NAMES:
        for binary in _binaries():
            _asked(binary)
            return


@cache
def installed() -> Machine | None:
    """The httpd of this machine, with its version and paths, or ``None``; raises as `ask_ahead`."""
    for binary in _binaries():
        listing, modules = _answers(_asked(binary)) or ("", "")
        version = re.search(r"Apache/(\d+)\.(\d+)\.(\d+)", listing)
        root = re.search(r'-D HTTPD_ROOT="([^"]*)"', listing)
        main = re.search(r'-D SERVER_CONFIG_FILE="([^"]*)"', listing)
        if version and root and main:
            numbers = (int(version[1]), int(version[2]), int(version[3]))
            main_file = os.path.join(root[1], main[1])
            return Machine(binary, root[1], main_file, numbers, built_in_modules(modules))
    return None


def installed_version() -> Version:
    """The version of the installed httpd, or the newest known one; raises as `ask_ahead`."""
    machine = installed()
    return machine.version if machine else NEWEST


def openssl_version() -> str | None:
    """The version and the path of the ``openssl`` command, or ``None`` if it cannot be run."""
    binary = find_program("openssl")
    if binary is None:
        return None
    try:
        done = subprocess.run(
            [binary, "version"],
            env={"PATH": FIXED_PATH, "LANG": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = re.match(rb"\w+ ([\w.-]+)", done.stdout)
    return f"{version[1].decode('ascii')} ({binary})" if version else None


def program_environment(machine: Machine) -> dict[str, str]:
    """The environment for the installed httpd, without inherited variables.

    The values are those of the ``envvars`` next to the machine's own main file, for every
    configuration that httpd tests, because a repository's ``envvars`` could set LD_PRELOAD.
    """
    environment = {"PATH": FIXED_PATH, "LANG": "C"}
    folder = os.path.dirname(machine.main_file)
    try:
        found = read_envvars(os.path.join(folder, "envvars"), {"APACHE_CONFDIR": folder})
    except EnvvarsError:
        return environment
    return {**environment, **allowed_variables(found)}


def allowed_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """Those variables of a start script that may be passed to httpd."""
    return {
        name: value
        for name, value in variables.items()
        if _ALLOWED.fullmatch(name) and value.isprintable()
    }


def _binaries() -> Iterator[str]:
    return filter(None, map(find_program, _BINARIES))


@cache
def _asked(binary: str) -> list[subprocess.Popen[bytes]]:
    """Run the binary with options that print and exit before any configuration is read.

    If it is not a program of this machine, nothing is run.
    """
    asked: list[subprocess.Popen[bytes]] = []
    # Registered first, because the second process may not start.
    at_end(lambda: _end(asked))
    for option in ("-V", "-l"):
        try:
            process = subprocess.Popen(
                [binary, option],
                env={"PATH": FIXED_PATH, "LANG": "C"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            if error.errno in _NO_PROGRAM and error.filename == binary:
                return []
            raise not_started(binary, error) from None
        asked.append(process)
    return asked


def not_started(binary: str, error: OSError) -> OperatingSystemError:
    """The error that a program cannot be started."""
    where = f"{error.filename}: " if error.filename not in (None, binary) else ""
    return OperatingSystemError(f"{binary} could not be started: {where}{error.strerror}")


def _end(asked: list[subprocess.Popen[bytes]]) -> None:
    """End a process whose output nobody has read."""
    if all(process.poll() is not None for process in asked):
        return
    _asked.cache_clear()
    for process in asked:
        with process:
            process.kill()


def _answers(asked: list[subprocess.Popen[bytes]]) -> list[str]:
    outputs = []
    for process in asked:
        with process:
            try:
                output, _ = process.communicate(timeout=_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                output = b""
            outputs.append(output.decode("utf-8", "replace"))
    return outputs
