"""A TLS handshake that requests a certificate status, within a time limit.

Nothing is sent after the handshake. pyOpenSSL reads and writes memory instead of a socket, so that
a slow or endless server cannot exceed the time limit.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from OpenSSL import SSL, crypto

from apachestaple.network.connect import ConnectError, Deadline, NotPublicError, close, reason
from apachestaple.ocsp.host import is_host

if TYPE_CHECKING:
    import socket

    from apachestaple.network.route import Route
    from apachestaple.network.tls_client import TlsClient
    from apachestaple.network.unverified import Unverified


# Bytes that are received or sent at once.
_PIECE = 65536


class HandshakeError(Exception):
    """The handshake failed; the message is the reason.

    Attributes:
        connected: whether there was a connection.
        conclusive: whether it tells something about the server; false if that was not tried long
            enough, or may not be connected to.
        alert: the alert that the server sent, such as ``handshake failure``, or ``None``.

    """

    def __init__(
        self, text: str, *, connected: bool, conclusive: bool = True, alert: str | None = None
    ) -> None:
        super().__init__(text)
        self.connected = connected
        self.conclusive = conclusive
        self.alert = alert


@dataclass(frozen=True, slots=True)
class Handshake:
    """What a server sent.

    Attributes:
        address: address of the server; ``None`` if a proxy has connected to it.
        seconds: duration, including the connection.
        tls_version: name of the version in OpenSSL.
        chain: DER of the certificates, the leaf first.
        staple: the staple, or ``None``.
        built: DER of the chain that OpenSSL has built of these and of trusted certificates.
        unverified: why OpenSSL does not verify that chain; empty if it does.

    """

    address: str | None
    seconds: float
    tls_version: str
    chain: tuple[bytes, ...]
    staple: bytes | None
    built: tuple[bytes, ...] = ()
    unverified: tuple[Unverified, ...] = ()


def handshake(
    client: TlsClient,
    route: Route,
    host: str,
    port: int,
    servername: str | None,
    *,
    seconds: float,
    status: bool = True,
    only_public: bool = False,
) -> Handshake:
    """Make a handshake, with or without a status request; ``seconds`` is the time limit.

    With ``only_public``, a host with an address that is not public is not connected to.

    Raises:
        HandshakeError: the handshake failed.

    """
    begin = time.monotonic()
    deadline = Deadline.after(seconds)
    if servername is not None and not is_host(servername):
        raise HandshakeError(f"{servername!r} is not a valid server name", connected=False)
    try:
        connection = route.connect(host, port, deadline, only_public=only_public)
    except ConnectError as error:
        raise HandshakeError(str(error), connected=False) from None
    except NotPublicError as error:
        text = f"not probed: it {error}; use --allow-private"
        raise HandshakeError(text, connected=False, conclusive=False) from None
    session = client.session(servername, status=status)
    try:
        _shake(session.connection, connection, deadline, seconds)
        address = None if route.proxy else connection.getpeername()[0]
    except OSError as error:
        raise HandshakeError(
            f"the connection was interrupted: {reason(error)}", connected=True
        ) from None
    finally:
        close(connection)
        session.close()
    return Handshake(
        address=address,
        seconds=time.monotonic() - begin,
        tls_version=session.connection.get_protocol_version_name(),
        chain=_der(session.connection.get_peer_cert_chain()),
        staple=session.staple,
        built=_der(session.connection.get_verified_chain()),
        unverified=session.unverified,
    )


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
            raise _failed(error) from None
        else:
            done = True
        try:
            _flush(client, connection, deadline)
            if done:
                return
            connection.settimeout(deadline.timeout)
            chunk = connection.recv(_PIECE)
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
    said = b"." * _PIECE
    # A shorter piece is the last one. To ask for another one raises an error, which is slow.
    while len(said) == _PIECE and deadline.left:
        try:
            said = client.bio_read(_PIECE)
        except SSL.WantReadError:
            return
        connection.settimeout(deadline.timeout)
        connection.sendall(said)


def _failed(error: SSL.Error) -> HandshakeError:
    """The reason of an OpenSSL error; for an alert, its description."""
    reasons = [entry[2] for entry in (error.args[0] if error.args else ()) if entry[2]]
    text = reasons[0] if reasons else str(error)
    _, is_alert, description = text.partition(" alert ")
    if is_alert:
        return HandshakeError(
            f"the server sent the alert {description!r}", connected=True, alert=description
        )
    if text in ("wrong version number", "packet length too long", "http request"):
        text = f"the server does not answer with TLS ({text})"
    elif text == "excessive message size":
        # In TLS 1.2, a staple of more than 16 KB (ossl_statem_client_max_message_size).
        text = "a message of the server is longer than clients accept"
    else:
        text = f"the handshake failed: {text}"
    return HandshakeError(text, connected=True)


def _der(chain: list[crypto.X509] | None) -> tuple[bytes, ...]:
    return tuple(crypto.dump_certificate(crypto.FILETYPE_ASN1, each) for each in chain or ())
