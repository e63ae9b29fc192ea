# Licensed under the Apache License, Version 2.0: https://www.apache.org/licenses/LICENSE-2.0
"""Runs the program apachestaple with limits of time and output.

It does not import apachestaple, which needs a newer Python than Ansible supports on targets (3.7).
"""

from __future__ import annotations

import os
import selectors
import subprocess
import time
from typing import TYPE_CHECKING, NamedTuple

from ansible_collections.apachestaple.httpd.plugins.module_utils.texts import listed, printable

if TYPE_CHECKING:
    from typing import IO

    from ansible.module_utils.basic import AnsibleModule

# Bytes of the output: the reports of servers with 10,000 hosts have about 30 MB.
_MOST_BYTES = 128 * 1024 * 1024
# Bytes of messages, of which the first ones are kept.
_MOST_MESSAGES = 64 * 1024
# Seconds in which fix restores the files after SIGTERM.
_SECONDS_TO_END = 30

_PREFIX = "apachestaple: "

OPTIONS = {
    "executable": {"type": "path", "default": "apachestaple"},
    "time_limit": {"type": "int", "default": 600},
    "root": {"type": "path"},
    "defines": {"type": "list", "elements": "str", "default": []},
    "certificates": {"type": "str", "choices": ["required", "available"]},
    "config": {"type": "path"},
}


class ProgramError(Exception):
    """The program could not be run, or its output cannot be used; the text says why."""


class Run(NamedTuple):
    """What the program has printed."""

    code: int
    output: str
    messages: list[str]

    @property
    def reason(self) -> str:
        """The last messages as one text, which say why the program has ended."""
        return listed(self.messages[-3:]) or f"exit code {self.code} without a message"


def run_program(module: AnsibleModule, command: str, *words: str) -> Run:
    """Run a command of the program with the options that all modules have.

    Raises:
        ProgramError: it cannot be started, or exceeds a limit.

    """
    given = module.params
    arguments = [
        _path_of(module, given["executable"]),
        command,
        *option("root", absolute(given["root"])),
        *option("define", given["defines"]),
        *option("certificates", given["certificates"]),
        *option("config", absolute(given["config"])),
        *words,
    ]
    if given["time_limit"] <= 0:
        raise ProgramError("time_limit must be above 0")
    # Paths in the output are relative below the current folder, so an empty folder is used.
    return _run(arguments, module.tmpdir, given["time_limit"])


def option(name: str, value: bool | str | float | list[str] | None) -> list[str]:
    """The words for an option of the command line; none for no value, false or an empty list."""
    if value is None or value is False:
        return []
    if value is True:
        return ["--" + name]
    values = value if isinstance(value, list) else [value]
    return [f"--{name}={each}" for each in values]


def absolute(path: str | None) -> str | None:
    """The path, independent of the current folder."""
    return None if path is None else os.path.abspath(path)


def _path_of(module: AnsibleModule, executable: str) -> str:
    if os.sep not in executable:
        found: str | None = module.get_bin_path(executable)
        if found is None:
            raise ProgramError(f"{executable} is not installed (not found in PATH)")
        return found
    path = os.path.abspath(executable)
    if not os.path.isfile(path):
        raise ProgramError(f"{path} is not installed (no such file)")
    if not os.access(path, os.X_OK):
        raise ProgramError(f"{path} is not executable")
    return path


def _run(arguments: list[str], folder: str, seconds: float) -> Run:
    what = " ".join(arguments[:2])
    try:
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
        )
    except (OSError, ValueError) as error:
        raise ProgramError(f"{arguments[0]} cannot be started: {error}") from None
    end = time.monotonic() + seconds
    with process:
        try:
            output, messages = _read(process.stdout, process.stderr, end)  # type: ignore[arg-type]  # both are pipes
            code = process.wait(max(0.0, end - time.monotonic()))
        except _TooMuchError:
            _end(process)
            raise ProgramError(f"{what} printed over {_MOST_BYTES} bytes") from None
        except (_TooLongError, subprocess.TimeoutExpired):
            _end(process)
            raise ProgramError(f"{what} took over {seconds} seconds") from None
    return Run(code, output.decode("utf-8", "backslashreplace"), _lines(messages))


class _TooMuchError(Exception):
    """The output is too long."""


class _TooLongError(Exception):
    """The time limit is exceeded."""


def _read(output: IO[bytes], messages: IO[bytes], end: float) -> tuple[bytes, bytes]:
    """What a process prints to standard output and standard error until it closes them."""
    printed, told = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        selector.register(messages, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(0.0, end - time.monotonic()))
            if not ready:
                raise _TooLongError
            for key, _events in ready:
                data = os.read(key.fd, 65536)
                if not data:
                    selector.unregister(key.fileobj)
                elif key.fileobj is output:
                    printed += data
                elif len(told) < _MOST_MESSAGES:
                    told += data
            if len(printed) > _MOST_BYTES:
                raise _TooMuchError
    return bytes(printed), bytes(told)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process, and let fix restore the files that it has written."""
    process.terminate()
    try:
        # A full pipe would make it wait for us.
        process.communicate(timeout=_SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()


def _lines(messages: bytes) -> list[str]:
    """The messages of the program, without its name."""
    lines = messages.decode("utf-8", "backslashreplace").splitlines()
    return [
        printable(line[len(_PREFIX) :] if line.startswith(_PREFIX) else line)
        for line in lines
        if line.strip()
    ]
