"""A TCP connection within a time limit, over IPv6 or IPv4, in the order of the resolver."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from dataclasses import dataclass
from typing import Any


class ConnectError(Exception):
    """There is no connection; the text says why.

    Attributes:
        is_timeout: whether nobody answered within the time.
        resolved: whether the name has an address.

    """

    def __init__(self, reason: str, *, is_timeout: bool = False, resolved: bool = True) -> None:
        super().__init__(reason)
        self.is_timeout = is_timeout
        self.resolved = resolved


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment after which nobody waits any more."""

    end: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """So many seconds from now."""
        return cls(time.monotonic() + seconds)

    @property
    def left(self) -> float:
        """Seconds until then, 0 at least."""
        return max(self.end - time.monotonic(), 0)


def connect(
    host: str, port: int, deadline: Deadline, *, each: float | None = None
) -> socket.socket:
    """The connection to the first address of ``host`` that accepts one.

    ``each`` is the time in seconds that one address gets, within the deadline.

    Raises:
        ConnectError: none does.

    """
    error: ConnectError | None = None
    for family, kind, protocol, _, address in resolve(host, port, deadline):
        patience = deadline.left if each is None else min(each, deadline.left)
        where = f"{address[0]} port {port}"
        if patience <= 0 and each != 0:
            break
        connection = None
        try:
            connection = socket.socket(family, kind, protocol)
            connection.settimeout(patience)
            connection.connect(address)
        except TimeoutError:
            error = ConnectError(
                f"{where} did not accept a connection within {patience:.3g} s", is_timeout=True
            )
        except OSError as refusal:
            error = ConnectError(f"{where}: {reason(refusal)}")
        else:
            return connection
        if connection is not None:
            connection.close()
    raise error or ConnectError(f"no time is left to connect to {host}", is_timeout=True)


def resolve(host: str, port: int, deadline: Deadline) -> list[Any]:
    """The addresses of ``host``, as socket.getaddrinfo gives them.

    Raises:
        ConnectError: it has none, or the resolver takes too long.

    """
    found: list[Any] = []
    wrong: list[Exception] = []

    def ask() -> None:
        try:
            # As bytes: httpd knows no internationalised names.
            name = host.encode("utf-8", "surrogateescape")
            found.extend(socket.getaddrinfo(name, port, type=socket.SOCK_STREAM))
        except (OSError, ValueError) as error:
            wrong.append(error)

    # The resolver knows no time limit; a thread that is left behind ends with the program.
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(deadline.left)
    if found:
        return found
    if wrong:
        raise ConnectError(f"{host!r} does not resolve: {reason(wrong[0])}", resolved=False)
    raise ConnectError(f"{host!r} does not resolve in time", is_timeout=True, resolved=False)


def reason(error: Exception) -> str:
    """What the system says of an error, without its number."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def close(connection: socket.socket) -> None:
    """Close, whatever state it is in."""
    with contextlib.suppress(OSError):
        connection.close()
