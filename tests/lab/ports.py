"""Loopback ports that nobody else can take."""

import socket

from tests.lab.ending import Ending


class ReservedPort(Ending):
    """A free TCP port of 127.0.0.1, held from now until it is released.

    ``number`` is the port. A server that sets SO_REUSEADDR (httpd and ``openssl ocsp`` do) can
    listen on it; no other reservation and no outgoing connection gets it meanwhile.
    """

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.bind(("127.0.0.1", 0))
        # After the bind: the bind itself must fail on a port that another reservation holds.
        # From here on Linux lets a second socket bind too, since neither of the two listens yet.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.number: int = self._socket.getsockname()[1]

    def is_listened_on(self) -> bool:
        """Whether a server accepts connections on it."""
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
            return client.connect_ex(("127.0.0.1", self.number)) == 0

    def close(self) -> None:
        """Give the port back."""
        self._socket.close()
