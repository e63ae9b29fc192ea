"""One handshake that asks for a certificate status, by OpenSSL itself and as fast as that goes."""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING

from cryptography.x509 import ocsp
from OpenSSL import SSL

if TYPE_CHECKING:
    from tests.shared.site import Client

GOOD, NONE, ABORT = "good", "none", "abort"
_SECONDS = 5
# In TLS 1.2 the cipher decides on the kind of certificate.
_CIPHERS = {"rsa": b"ECDHE-RSA-AES128-GCM-SHA256", "ecdsa": b"ECDHE-ECDSA-AES128-GCM-SHA256"}


def ask(client: Client, serial: int) -> str:
    """What the client gets.

    ``good``, ``none`` (no staple), ``abort`` (a fatal alert), ``closed`` (the connection ended
    without one), ``other certificate`` where not the one with this serial number was served, or
    the status of the response.
    """
    staples: list[bytes] = []
    connection = _connection(client, staples)
    with socket.create_connection(("127.0.0.1", client.port), _SECONDS) as wire:
        # A time limit of Python's would make the socket one that does not block.
        wire.settimeout(None)
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            wire.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", _SECONDS, 0))
        shaken = _shake(SSL.Connection(connection, wire), client.host)
    if isinstance(shaken, str):
        return shaken
    if shaken != serial:
        return "other certificate"
    return _status(staples[-1], serial) if staples and staples[-1] else NONE


def _connection(client: Client, staples: list[bytes]) -> SSL.Context:
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    if not client.only_key:
        context.set_max_proto_version(SSL.TLS1_2_VERSION)
        context.set_cipher_list(_CIPHERS[client.key])

    def take(_connection: SSL.Connection, staple: bytes, _data: object) -> bool:
        staples.append(staple)
        return True

    context.set_ocsp_client_callback(take)
    return context


def _shake(connection: SSL.Connection, name: str) -> int | str:
    """The serial number of the certificate, or why there is none."""
    connection.set_tlsext_host_name(name.encode())
    connection.request_ocsp()
    connection.set_connect_state()
    try:
        connection.do_handshake()
    except SSL.SysCallError:
        return "closed"
    except SSL.WantReadError:
        return "timeout"
    except SSL.Error as error:
        reasons = [entry[2] for entry in error.args[0]]
        if any("alert" in reason for reason in reasons):
            return ABORT
        return "closed" if any("eof" in reason for reason in reasons) else str(reasons)
    certificate = connection.get_peer_certificate(as_cryptography=True)
    assert certificate is not None
    return certificate.serial_number


def _status(der: bytes, serial: int) -> str:
    response = ocsp.load_der_ocsp_response(der)
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return response.response_status.name.lower()
    if response.serial_number != serial:
        return "about another certificate"
    return response.certificate_status.name.lower()
