"""A TLS server that sends any chain, and certificates that no authority would issue."""

import datetime as dt
import socket
from collections.abc import Sequence
from contextlib import suppress

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from OpenSSL import SSL

from tests.lab.raw import RawServer

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

_DAY = dt.timedelta(days=1)


class Subject:
    """A certificate and its key, which can issue others; without ``issuer``, it is self-signed."""

    def __init__(
        self,
        name: str,
        issuer: "Subject | None" = None,
        *,
        names: Sequence[str] = (),
        key: Key | None = None,
        days: int = 90,
        extensions: Sequence[x509.ExtensionType] = (),
    ) -> None:
        self.key = key or ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer = issuer or self
        end = dt.datetime.now(dt.UTC) + days * _DAY
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.name)
            .issuer_name(issuer.name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(min(end, dt.datetime.now(dt.UTC)) - _DAY)
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
        )
        if names:
            alternative = x509.SubjectAlternativeName([x509.DNSName(each) for each in names])
            builder = builder.add_extension(alternative, critical=False)
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        self.x509 = builder.sign(issuer.key, hashes.SHA256())


def tls_server(leaf: x509.Certificate, key: Key, chain: Sequence[Subject] = ()) -> RawServer:
    """A server on loopback that sends a certificate and a chain."""
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_cipher_list(b"DEFAULT:@SECLEVEL=0")
    context.use_certificate(leaf)
    for each in chain:
        context.add_extra_chain_cert(each.x509)
    context.use_privatekey(key)

    def answer(client: socket.socket) -> None:
        connection = SSL.Connection(context, client)
        connection.set_accept_state()
        with suppress(SSL.Error):
            connection.do_handshake()
            connection.recv(1000)
            connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")
            connection.shutdown()

    return RawServer(answer)
