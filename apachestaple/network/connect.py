"""A TCP connection within a time limit, over IPv6 or IPv4, in the order of the resolver."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from dataclasses import dataclass
from typing import Any

from apachestaple.filesystem.reading import end_if_exhausted
from apachestaple.network.addresses import special
from apachestaple.network.concurrency import started
from apachestaple.ocsp.host import is_address

# The resolver may still wait for an answer when a name is given up.
_RESOLVERS = threading.BoundedSemaphore(500)


class ConnectError(Exception):
    """No connection was made; the message is the reason.

    Attributes:
        is_timeout: whether the time limit was reached.
        resolved: whether the name has an address.

    """

    def __init__(self, reason: str, *, is_timeout: bool = False, resolved: bool = True) -> None:
        super().__init__(reason)
        self.is_timeout = is_timeout
        self.resolved = resolved


class NotPublicError(Exception):
    """The host has an address that is not public; the message names it."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of a time limit."""

    end: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """The deadline in this many seconds."""
        return cls(time.monotonic() + seconds)

    @property
    def left(self) -> float:
        """Seconds until the deadline, at least 0."""
        return max(self.end - time.monotonic(), 0)

    @property
    def timeout(self) -> float:
        """The time left, for a socket: 0 would mean not to wait, and None to wait without limit."""
        return max(self.left, 0.001)


def connect(
    host: str,
    port: int,
    deadline: Deadline,
    *,
    each: float | None = None,
    only_public: bool = False,
    family: int = socket.AF_UNSPEC,
) -> socket.socket:
    """Connect to the first address of ``host`` that accepts a connection.

    ``each`` is the limit in seconds for one address, within the deadline; without it, the addresses
    get equal shares of the time left. With ``only_public``, no connection is made if the host has a
    special address. The name is resolved once, and only checked addresses are connected to.
    ``family`` limits the addresses to AF_INET or AF_INET6.

    Raises:
        ConnectError: no address accepts a connection.
        NotPublicError: one of the addresses is special.
        OperatingSystemError: no socket can be opened.

    """
    found = resolve(host, port, deadline, family=family)
    if only_public:
        for *_, address in found:
            word = special(str(address[0]))
            if word is not None:
                raise NotPublicError(f"resolves to the {word} address {address[0]}")
    reasons: list[str] = []
    is_timeout = False
    for number, (own_family, kind, protocol, _, address) in enumerate(found):
        # With a timeout of 0, a socket would not wait at all.
        share = deadline.timeout / (len(found) - number)
        patience = share if each is None else min(each, deadline.timeout)
        connection = None
        try:
            connection = socket.socket(own_family, kind, protocol)
            connection.settimeout(patience)
            connection.connect(address)
        except TimeoutError:
            is_timeout = True
            reasons.append(f"{address[0]} port {port} does not answer within {patience:.3g} s")
        except OSError as error:
            end_if_exhausted(error)
            reasons.append(f"{address[0]} port {port}: {reason(error)}")
        else:
            return connection
        if connection is not None:
            connection.close()
    raise ConnectError("; ".join(reasons), is_timeout=is_timeout)


def unreachable_because(
    host: str, port: int, deadline: Deadline, *, each: float, only_public: bool
) -> str | None:
    """Why no connection to a server can be made; ``None`` where one was made, and closed.

    The limits are those of `connect`.

    Raises:
        NotPublicError: the server has a special address, and ``only_public`` is set.

    """
    try:
        close(connect(host, port, deadline, each=each, only_public=only_public))
    except ConnectError as error:
        return str(error)
    return None


def resolve(
    host: str, port: int, deadline: Deadline, *, family: int = socket.AF_UNSPEC
) -> list[Any]:
    """The addresses of ``host``, as socket.getaddrinfo returns them.

    Raises:
        ConnectError: the name has no address, or the resolver takes too long.

    """
    found: list[Any] = []
    wrong: list[Exception] = []

    def ask() -> None:
        try:
            # As bytes, because httpd does not support internationalised names.
            name = host.encode("utf-8", "surrogateescape")
            found.extend(socket.getaddrinfo(name, port, family, socket.SOCK_STREAM))
        except (OSError, ValueError) as error:
            wrong.append(error)

    def ask_and_release() -> None:
        try:
            ask()
        finally:
            _RESOLVERS.release()

    if is_address(host):
        ask()
    elif _RESOLVERS.acquire(timeout=deadline.left):
        # The resolver has no time limit. The thread ends with the program.
        started(ask_and_release).join(deadline.left)
    if found:
        return found
    if wrong:
        raise ConnectError(f"{host!r} does not resolve: {reason(wrong[0])}", resolved=False)
    raise ConnectError(f"{host!r} does not resolve in time", is_timeout=True, resolved=False)


def reason(error: Exception) -> str:
    """The system's message for an error, without its number."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def close(connection: socket.socket) -> None:
    """Close the socket; errors are ignored."""
    with contextlib.suppress(OSError):
        connection.close()
