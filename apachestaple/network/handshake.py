"""A TLS handshake that requests a certificate status, within a time limit.

Certificates are not verified, and nothing is sent after the handshake. pyOpenSSL reads and writes
memory instead of a socket, so that a slow or endless server cannot exceed the time limit.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from OpenSSL import SSL, crypto

from apachestaple.network.connect import (
    ConnectError,
    Deadline,
    NotPublicError,
    close,
    connect,
    reason,
)

if TYPE_CHECKING:
    import socket

TLS_VERSIONS = ("1.2", "1.3")


class HandshakeError(Exception):
    """The handshake failed; the message is the reason.

    Attributes:
        connected: whether there was a TCP connection.

    """

    def __init__(self, text: str, *, connected: bool) -> None:
        super().__init__(text)
        self.connected = connected


@dataclass(frozen=True, slots=True)
class Handshake:
    """What a server sent.

    Attributes:
        address: address of the server.
        seconds: duration, including the connection.
        tls_version: name of the version in OpenSSL.
        chain: DER of the certificates, the leaf first.
        staple: the staple, or ``None``.

    """

    address: str
    seconds: float
    tls_version: str
    chain: tuple[bytes, ...]
    staple: bytes | None


def handshake(
    host: str,
    port: int,
    servername: str | None,
    *,
    seconds: float,
    status: bool = True,
    tls: str | None = None,
    only_public: bool = False,
) -> Handshake:
    """Make a handshake, with or without a status request; ``seconds`` is the time limit.

    ``tls`` is one of TLS_VERSIONS; without it, the newest common version is used. With
    ``only_public``, a host with an address that is not public is not connected to.

    Raises:
        HandshakeError: the handshake failed.

    """
    begin = time.monotonic()
    deadline = Deadline.after(seconds)
    staples: list[bytes] = []
    client = _client(servername, staples, status=status, tls=tls)
    try:
        connection = connect(host, port, deadline, only_public=only_public)
    except ConnectError as error:
        raise HandshakeError(str(error), connected=False) from None
    except NotPublicError as error:
        text = f"not probed: it {error}; use --allow-private"
        raise HandshakeError(text, connected=False) from None
    try:
        _shake(client, connection, deadline, seconds)
        address = connection.getpeername()[0]
    except OSError as error:
        raise HandshakeError(
            f"the connection was interrupted: {reason(error)}", connected=True
        ) from None
    finally:
        close(connection)
    return Handshake(
        address=address,
        seconds=time.monotonic() - begin,
        tls_version=client.get_protocol_version_name(),
        chain=_chain(client),
        staple=staples[-1] if staples and staples[-1] else None,
    )


def _client(
    servername: str | None, staples: list[bytes], *, status: bool, tls: str | None
) -> SSL.Connection:
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    if tls is not None:
        version = {"1.2": SSL.TLS1_2_VERSION, "1.3": SSL.TLS1_3_VERSION}[tls]
        context.set_min_proto_version(version)
        context.set_max_proto_version(version)
    # Allow servers with weak keys.
    context.set_cipher_list(b"DEFAULT:@SECLEVEL=0")

    def take(_connection: SSL.Connection, staple: bytes, _data: object) -> bool:
        staples.append(staple)
        return True

    context.set_ocsp_client_callback(take)
    client = SSL.Connection(context, None)
    if servername is not None:
        client.set_tlsext_host_name(_ascii(servername))
    if status:
        client.request_ocsp()
    client.set_connect_state()
    return client


def _ascii(servername: str) -> bytes:
    try:
        name = servername.encode("ascii" if servername.isascii() else "idna")
    except UnicodeError:
        name = b""
    if not name or b"\0" in name:
        raise HandshakeError(f"{servername!r} is not a valid server name", connected=False)
    return name


def _shake(
    client: SSL.Connection, connection: socket.socket, deadline: Deadline, seconds: float
) -> None:
    """Transfer bytes in both directions until the handshake is complete."""
    received = 0
    while True:
        try:
            client.do_handshake()
        except SSL.WantReadError:
            done = False
        except SSL.Error as error:
            _flush(client, connection, deadline)
            raise HandshakeError(_explained(error), connected=True) from None
        else:
            done = True
        try:
            _flush(client, connection, deadline)
            if done:
                return
            connection.settimeout(deadline.timeout)
            chunk = connection.recv(65536)
        except TimeoutError:
            raise HandshakeError(_too_slow(received, seconds), connected=True) from None
        if not deadline.left:
            raise HandshakeError(_too_slow(received, seconds), connected=True)
        if not chunk:
            raise HandshakeError("the server closed the connection", connected=True)
        received += len(chunk)
        client.bio_write(chunk)


def _too_slow(received: int, seconds: float) -> str:
    if not received:
        return f"the server accepted the connection but sent nothing for {seconds:.3g} s"
    return f"the handshake was not complete after {seconds:.3g} s"


def _flush(client: SSL.Connection, connection: socket.socket, deadline: Deadline) -> None:
    """Send the bytes that OpenSSL has written."""
    while deadline.left:
        try:
            said = client.bio_read(65536)
        except SSL.WantReadError:
            return
        connection.settimeout(deadline.timeout)
        connection.sendall(said)


def _explained(error: SSL.Error) -> str:
    """The reason of an OpenSSL error; for an alert, its description."""
    reasons = [entry[2] for entry in (error.args[0] if error.args else ()) if entry[2]]
    text = reasons[0] if reasons else str(error)
    _, alert, description = text.partition(" alert ")
    if alert:
        return f"the server sent the alert {description!r}"
    if text in ("wrong version number", "packet length too long", "http request"):
        return f"the server does not answer with TLS ({text})"
    return f"the handshake failed: {text}"


def _chain(client: SSL.Connection) -> tuple[bytes, ...]:
    chain = client.get_peer_cert_chain() or []
    return tuple(crypto.dump_certificate(crypto.FILETYPE_ASN1, sent) for sent in chain)
