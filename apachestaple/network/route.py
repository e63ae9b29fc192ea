"""Connects to servers directly, or through an HTTP proxy (CONNECT of RFC 9110, 9.3.6)."""

from __future__ import annotations

import base64
import socket
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from apachestaple.network.connect import ConnectError, Deadline, NotPublicError, connect, reason
from apachestaple.ocsp.host import is_host

_HTTP_PORT = 80
_FAMILIES = {None: socket.AF_UNSPEC, 4: socket.AF_INET, 6: socket.AF_INET6}
# The limit for the answer of a proxy before the tunnel, in bytes.
_LONGEST_HEAD = 65536
_END_OF_HEAD = b"\r\n\r\n"


class Proxy(NamedTuple):
    """An HTTP proxy.

    Attributes:
        host, port: where it listens.
        credentials: ``user:password``, or ``None``.

    """

    host: str
    port: int
    credentials: str | None = None


def parse_proxy(url: str) -> Proxy:
    """Parse ``http://[user:password@]host[:port]``; the port defaults to 80.

    Raises:
        ValueError: the URL has another form; the message does not contain it, because it may
            contain a password.

    """
    try:
        parts = urlsplit(url if "//" in url else f"http://{url}")
        port = parts.port or _HTTP_PORT
    except ValueError:
        raise ValueError("is not a valid URL") from None
    if parts.scheme != "http" or not parts.hostname or parts.path not in {"", "/"} or parts.query:
        raise ValueError("must have the form http://[USER:PASSWORD@]HOST[:PORT]")
    credentials = None
    if parts.username is not None:
        credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return Proxy(parts.hostname, port, credentials)


@dataclass(frozen=True, slots=True)
class Route:
    """How servers are connected to.

    Attributes:
        proxy: the proxy, or ``None`` for a direct connection.
        version: 4 or 6 for addresses of that version of IP only.

    """

    proxy: Proxy | None = None
    version: int | None = None

    def connect(
        self, host: str, port: int, deadline: Deadline, *, only_public: bool
    ) -> socket.socket:
        """Connect to a server within the deadline.

        Raises:
            ConnectError: there is no connection.
            NotPublicError: ``only_public`` is set, and the server may have a special address.

        """
        if self.proxy is None:
            return connect(
                host, port, deadline, only_public=only_public, family=_FAMILIES[self.version]
            )
        if only_public:
            raise NotPublicError("is resolved by the proxy, perhaps to an address that is private")
        proxy = self.proxy
        try:
            connection = connect(proxy.host, proxy.port, deadline)
        except ConnectError as error:
            raise ConnectError(f"the proxy cannot be reached: {error}") from None
        try:
            _open_tunnel(connection, proxy, host, port, deadline)
        except OSError as error:
            connection.close()
            what = "does not answer in time" if isinstance(error, TimeoutError) else reason(error)
            raise ConnectError(f"the proxy {proxy.host} port {proxy.port}: {what}") from None
        except ConnectError:
            connection.close()
            raise
        return connection


def _open_tunnel(
    connection: socket.socket, proxy: Proxy, host: str, port: int, deadline: Deadline
) -> None:
    if not is_host(host):
        raise ConnectError(f"{host!r} is not a valid host name")
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {where} HTTP/1.1", f"Host: {where}"]
    if proxy.credentials is not None:
        encoded = base64.b64encode(proxy.credentials.encode("utf-8", "surrogateescape"))
        lines.append(f"Proxy-Authorization: Basic {encoded.decode('ascii')}")
    connection.settimeout(deadline.timeout)
    connection.sendall("".join(f"{line}\r\n" for line in [*lines, ""]).encode("ascii"))
    head = bytearray()
    while not head.endswith(_END_OF_HEAD):
        if not deadline.left:
            raise TimeoutError
        connection.settimeout(deadline.timeout)
        # What follows the head is the server's, and is not taken.
        seen = connection.recv(4096, socket.MSG_PEEK)
        if not seen:
            raise ConnectError(f"the proxy {proxy.host} closes the connection without an answer")
        last = bytes(head[-3:])
        end = (last + seen).find(_END_OF_HEAD)
        length = len(seen) if end < 0 else end + len(_END_OF_HEAD) - len(last)
        head += connection.recv(length)
        if len(head) > _LONGEST_HEAD:
            raise ConnectError(f"the proxy {proxy.host} sends more than {_LONGEST_HEAD} bytes")
    version, _, rest = bytes(head).partition(b" ")
    status = rest[:3]
    if not version.startswith(b"HTTP/") or not status.isdigit():
        raise ConnectError(f"the proxy {proxy.host} does not answer with HTTP")
    if not status.startswith(b"2"):
        text = status.decode("ascii")
        raise ConnectError(f"the proxy {proxy.host} refuses the connection: HTTP status {text}")
