"""Loads the program once, and forks a process for each run: ``python -m tests.command.server FD``.

FD is a socket. A request is the words, the folder and the environment of a run as JSON, with the
files for its standard streams. The answers are the process ID, and the exit code when it has ended.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import signal
import socket
import sys
import time
from typing import NoReturn

import apachestaple
from apachestaple import __main__ as program

LONGEST_REQUEST = 1 << 17


def load() -> None:
    """Import all modules of the program."""
    for module in pkgutil.walk_packages(apachestaple.__path__, "apachestaple."):
        importlib.import_module(module.name)


def main(connection: socket.socket) -> None:
    """Run what is requested until the other end is closed."""
    while True:
        request, streams, _flags, _address = socket.recv_fds(connection, LONGEST_REQUEST, 3)
        if not request:
            return
        run = json.loads(request)
        os.environ.clear()
        os.environ.update(run["environment"])
        process = os.fork()
        if process == 0:
            connection.close()
            _run(run["words"], run["folder"], streams)
        for stream in streams:
            os.close(stream)
        connection.send(str(process).encode())
        _, status = os.waitpid(process, 0)
        connection.send(str(os.waitstatus_to_exitcode(status)).encode())


def _run(words: list[str], folder: str, streams: list[int]) -> NoReturn:
    _name_test()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    # Another session, as for the server, would hide a process from a signal to the tests' group.
    time.tzset()
    os.chdir(folder)
    sys.path[0] = folder
    sys.argv = [str(program.__file__), *words]
    try:
        program.main()
    except SystemExit as end:
        _exit(end.code)
    except BaseException:  # noqa: BLE001  (as Python does at its end)
        sys.excepthook(*sys.exc_info())
        _exit(1)
    _exit(0)


def _name_test() -> None:
    """Tell coverage, if `make mutants` records this run, which test has requested it."""
    coverage = sys.modules.get("coverage")
    current = coverage.Coverage.current() if coverage is not None else None
    if current is not None:
        current.switch_context(os.environ.get("PYTEST_CURRENT_TEST", ""))


def _exit(code: object) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    load()
    main(socket.socket(fileno=int(sys.argv[1])))
