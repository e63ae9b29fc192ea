"""Runs the command in a process that is forked from one which has loaded the program.

Loading takes a quarter of a second. The forked process has its own streams, folder, environment and
exit code, as that of ``python -m apachestaple``. `tests/test_cli.py` compares the two.
"""

from __future__ import annotations

import atexit
import io
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING

from tests.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

_SECONDS = 60
# The length of the server's answers, which are numbers.
_ANSWER = 100
# The server runs one command at a time.
_LOCK = threading.Lock()


def run(
    *words: str | os.PathLike[str],
    cwd: str | os.PathLike[str] | None = None,
    env: Mapping[str, str] | None = None,
    errors: str = "backslashreplace",
) -> subprocess.CompletedProcess[str]:
    """Run the command; ``env`` adds to the environment."""
    done = run_bytes(*words, cwd=cwd, env=env)
    printed, told = (_decoded(data, errors) for data in (done.stdout, done.stderr))
    assert "Traceback" not in told, told
    return subprocess.CompletedProcess(done.args, done.returncode, printed, told)


def run_bytes(
    *words: str | os.PathLike[str],
    cwd: str | os.PathLike[str] | None = None,
    env: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run the command; its output is not decoded."""
    arguments = [os.fspath(word) for word in words]
    request = {
        "words": arguments,
        "folder": os.path.abspath(cwd or os.getcwd()),
        "environment": {**os.environ, **(env or {})},
    }
    with _LOCK, ExitStack() as files:
        server = _server()
        (out, out_end), (err, err_end) = os.pipe(), os.pipe()
        nothing = os.open(os.devnull, os.O_RDONLY)
        for file in (out, err):
            files.callback(os.close, file)
        try:
            socket.send_fds(server, [json.dumps(request).encode()], [nothing, out_end, err_end])
        finally:
            for end in (nothing, out_end, err_end):
                os.close(end)
        process = int(server.recv(_ANSWER))
        try:
            printed, told = _read(out, err)
        except TimeoutError:
            os.kill(process, signal.SIGKILL)
            server.recv(_ANSWER)
            raise
        code = int(server.recv(_ANSWER))
    return subprocess.CompletedProcess(arguments, code, printed, told)


def _decoded(data: bytes, errors: str) -> str:
    return io.TextIOWrapper(io.BytesIO(data), "utf-8", errors).read()


def _read(*pipes: int) -> list[bytes]:
    """All that is written to pipes, until their other ends are closed."""
    end = time.monotonic() + _SECONDS
    read = {pipe: bytearray() for pipe in pipes}
    with selectors.DefaultSelector() as selector:
        for pipe in pipes:
            selector.register(pipe, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(end - time.monotonic())
            if not ready:
                raise TimeoutError(f"the command runs for more than {_SECONDS} s")
            for key, _ in ready:
                data = os.read(key.fd, 1 << 16)
                read[key.fd] += data
                if not data:
                    selector.unregister(key.fd)
    return [bytes(read[pipe]) for pipe in pipes]


@cache
def _server() -> socket.socket:
    """The socket of the server; the server ends when it is closed, or when this process ends."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    # The server is for all tests of this process, and not for the one that happens to start it.
    own = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.command.server", str(theirs.fileno())],
            cwd=ROOT,
            env={**own, "PYTHONPATH": str(ROOT)},
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )

    def stop() -> None:
        ours.close()
        process.wait()

    atexit.register(stop)
    return ours
