"""Has `tests/command/listener.py` run the command: ``python -I -S client.py SOCKET WORD …``.

The command gets the streams, folder and environment of this process, which ends with its exit code.
"""

from __future__ import annotations

import json
import os
import socket
import sys

_ANSWER = 100


def main(path: str, words: list[str]) -> int:
    """Run the command; returns its exit code."""
    request = {"words": words, "folder": os.getcwd(), "environment": dict(os.environ)}
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
        server.connect(path)
        socket.send_fds(server, [json.dumps(request).encode()], [0, 1, 2])
        server.recv(_ANSWER)  # the process ID
        return int(server.recv(_ANSWER))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
