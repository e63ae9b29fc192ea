"""Runs the command for other programs: ``python -m tests.command.listener SOCKET``.

SOCKET is the path at which `tests/command/client.py` connects. Each connection has a process of its
own, so commands run side by side.
"""

from __future__ import annotations

import os
import socket
import sys
from contextlib import suppress

from tests.command.server import load, main


def listen(path: str) -> None:
    """Serve all connections; this does not return."""
    load()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(path)
        listener.listen()
        while True:
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                main(connection)
                os._exit(0)
            connection.close()
            with suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG) != (0, 0):
                    pass


if __name__ == "__main__":
    listen(sys.argv[1])
