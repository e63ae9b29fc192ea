"""Loopback ports that no other process can get."""

import socket

from tests.lab.ending import Ending


class ReservedPort(Ending):
    """A free TCP port of 127.0.0.1, reserved until it is released.

    ``number`` is the port. A server with SO_REUSEADDR (httpd and ``openssl ocsp``) can listen on
    it; other reservations and outgoing connections do not get it.
    """

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.bind(("127.0.0.1", 0))
        # After bind(), because bind() must fail for a port that another reservation holds.
        # From here on, Linux allows a second socket to bind, because neither of the two listens.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.number: int = self._socket.getsockname()[1]

    def is_listened_on(self) -> bool:
        """Whether a server accepts connections on it."""
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
            return client.connect_ex(("127.0.0.1", self.number)) == 0

    def close(self) -> None:
        """Release the port."""
        self._socket.close()
