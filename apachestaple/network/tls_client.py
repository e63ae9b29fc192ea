"""TLS clients: settings for any number of handshakes with pyOpenSSL, also in parallel."""

from __future__ import annotations

from dataclasses import dataclass

from OpenSSL import SSL, crypto

from apachestaple.filesystem.reading import read_start
from apachestaple.network.unverified import Unverified

TLS_VERSIONS = ("1.2", "1.3")

# Allow servers with weak keys.
_CIPHERS = "DEFAULT:@SECLEVEL=0"
# The ciphers of TLS 1.2 with certificates of one type of key.
_CIPHERS_OF_KEYS = {"RSA": "aRSA:@SECLEVEL=0", "ECDSA": "aECDSA:@SECLEVEL=0"}


@dataclass
class Session:
    """A handshake of a client, which gathers what the server sends."""

    connection: SSL.Connection
    staple: bytes | None = None
    unverified: tuple[Unverified, ...] = ()

    def close(self) -> None:
        """End the reference cycle with the connection, which keeps 100 KB until it is collected."""
        self.connection.set_app_data(None)


class TlsClient:
    """The settings of a client, and the authorities that it trusts."""

    def __init__(
        self, *, tls: str | None = None, keys: str | None = None, cafile: str | None = None
    ) -> None:
        """Load the authorities.

        Args:
            tls: one of TLS_VERSIONS only; without it, the newest common version.
            keys: ``RSA`` or ``ECDSA``: accept only certificates with these keys. This limits the
                version to TLS 1.2, in which the cipher names the type.
            cafile: file with the trusted authorities in PEM; without it, those of the system.

        Raises:
            ValueError: ``cafile`` contains no certificates.
            OSError: ``cafile`` cannot be read.

        """
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        tls = "1.2" if keys else tls
        if tls is not None:
            version = {"1.2": SSL.TLS1_2_VERSION, "1.3": SSL.TLS1_3_VERSION}[tls]
            context.set_min_proto_version(version)
            context.set_max_proto_version(version)
        context.set_cipher_list((_CIPHERS_OF_KEYS[keys] if keys else _CIPHERS).encode("ascii"))
        if cafile is None:
            context.set_default_verify_paths()
        else:
            _load(context, cafile)
        # As curl does: each certificate in the file is trusted, also one that is no root.
        store = context.get_cert_store()
        if store is not None:
            store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)
        context.set_verify(SSL.VERIFY_PEER, _verified)
        context.set_ocsp_client_callback(_stapled)
        self._context = context

    def session(self, servername: str | None, *, status: bool) -> Session:
        """Prepare a handshake, with or without a status request."""
        connection = SSL.Connection(self._context, None)
        session = Session(connection)
        connection.set_app_data(session)
        if servername is not None:
            connection.set_tlsext_host_name(servername.encode("ascii"))
        if status:
            connection.request_ocsp()
        connection.set_connect_state()
        return session


def _load(context: SSL.Context, cafile: str) -> None:
    # OpenSSL would wait for a pipe, and does not tell why it cannot read a file.
    read_start(cafile, 1)
    try:
        context.load_verify_locations(cafile)
    except SSL.Error:
        raise ValueError("contains no certificates in PEM") from None


def _verified(connection: SSL.Connection, _: crypto.X509, code: int, depth: int, ok: int) -> bool:
    """Keep the result of OpenSSL, and go on: a server with another certificate is judged too."""
    if not ok:
        session = connection.get_app_data()
        session.unverified += (Unverified(code, depth),)
    return True


def _stapled(connection: SSL.Connection, staple: bytes, _: object) -> bool:
    connection.get_app_data().staple = staple or None
    return True
