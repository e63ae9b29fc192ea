"""Servers on loopback that break the protocol."""

import contextlib
import socket
import threading
from collections.abc import Callable

from tests.lab.ending import Ending

Behaviour = Callable[[socket.socket], None]


class RawServer(Ending):
    """Accepts connections and calls ``behave`` for each, in a separate thread.

    A connection is closed when ``behave`` returns; at the end of the block, all are closed.
    """

    def __init__(self, behave: Behaviour, host: str = "127.0.0.1") -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family, backlog=64)
        self._behave = behave
        self._connections: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port number."""
        return int(self._listener.getsockname()[1])

    @property
    def connections(self) -> int:
        """The number of accepted connections."""
        return len(self._connections)

    def close(self) -> None:
        """Close everything."""
        # close() alone does not wake threads in accept() or recv().
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        for connection in (self._listener, *self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            self._behave(connection)
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()


class SilentResponder(RawServer):
    """A responder that accepts connections and never answers."""

    def __init__(self) -> None:
        super().__init__(_never_answer)

    @property
    def url(self) -> str:
        """The URL for a certificate."""
        return f"http://127.0.0.1:{self.port}"


def _never_answer(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def full_port() -> tuple[socket.socket, list[socket.socket]]:
    """A listener with a full queue: the kernel drops further attempts, as a firewall does."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    waiting = []
    for _ in range(3):
        connection = socket.socket()
        connection.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            connection.connect(listener.getsockname())
        waiting.append(connection)
    return listener, waiting
