"""What a running server sends: certificates and staple, and whether clients can use them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apachestaple.ocsp.host import is_address

if TYPE_CHECKING:
    from datetime import datetime

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.ocsp.status import StatusResponse

HTTPS_PORT = 443


@dataclass(frozen=True, slots=True)
class Target:
    """A server to probe.

    Attributes:
        host: name or address.
        port: TCP port.
        servername: the name that the client requests (SNI); ``None`` sends none.
        address: address to connect to instead of ``host``, or ``None``.

    """

    host: str
    port: int
    servername: str | None
    address: str | None = None

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Served:
    """What a server sent to a client that requested a status.

    Attributes:
        target: the server.
        at: time, UTC.
        seconds: duration of the handshake, including the connection.
        address: address of the server.
        tls_version: name of the version in OpenSSL, such as ``TLSv1.3``; ``None`` without
            handshake.
        chain: the certificates, the leaf first.
        staple: the staple, if it is an OCSP response.
        staple_length: length of the staple in bytes; 0 without staple.
        failure: why there was no handshake, or none with a status request.
        differences: differences from the configuration.

    """

    target: Target
    at: datetime
    seconds: float = 0.0
    address: str | None = None
    tls_version: str | None = None
    chain: tuple[Certificate, ...] = ()
    staple: StatusResponse | None = None
    staple_length: int = 0
    failure: str | None = None
    differences: tuple[str, ...] = ()

    @property
    def reached(self) -> bool:
        """Whether any handshake succeeded."""
        return self.tls_version is not None

    @property
    def leaf(self) -> Certificate | None:
        return self.chain[0] if self.chain else None

    @property
    def status(self) -> str:
        """The status in the staple: of the certificate, or the responder's error, or ``none``."""
        return self.staple.said if self.staple else "none"

    @property
    def verified(self) -> bool | None:
        """Whether the staple is for the certificate, valid now, and signed by a trusted signer.

        ``None`` if there is nothing to verify, or if the issuer was not sent.
        """
        if self.staple_length == 0:
            return None
        if self.staple is None:
            return False
        if self.staple.is_error:
            return None
        if self.staple.problem_of_proof(self.at) is not None:
            return False
        return True if self.staple.signature.is_known else None

    @property
    def error(self) -> str | None:
        """All problems, or ``None``."""
        return "; ".join(filter(None, (self.problem, *self.differences))) or None

    @property
    def problem(self) -> str | None:
        """Why a client rejects what was sent, as a sentence without full stop, or ``None``."""
        if self.failure is not None:
            return self.failure
        if self.staple_length and self.staple is None:
            return "the staple is no OCSP response"
        if self.staple is not None:
            problem = self.staple.problem(self.at)
            return f"the staple {problem}" if problem else None
        if self.leaf is not None and self.leaf.must_staple:
            return "the certificate requires a staple (must-staple), but none was sent"
        return None


def parse_target(text: str, *, servername: str | None = None, address: str | None = None) -> Target:
    """Parse ``HOST``, ``HOST:PORT``, ``[ADDRESS]:PORT`` or ``ADDRESS``.

    ``servername`` defaults to the host, if it is a name.

    Raises:
        ValueError: the text has none of these forms.

    """
    found = _TARGET.fullmatch(text)
    if found is None:
        raise ValueError(f"use HOST or HOST:PORT, not {text!r}")
    host = found["bare"] or found["bracketed"] or found["name"]
    port = int(found["port"] or HTTPS_PORT)
    if not 0 < port < 65536:
        raise ValueError(f"invalid port {port} ({text})")
    # An address is never sent as server name (RFC 6066, section 3).
    if servername is None and not is_address(host):
        servername = host.rstrip(".")
    return Target(host, port, servername, address)


_TARGET = re.compile(
    r"(?P<bare>[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(?:%\w+)?)"
    r"|(?:\[(?P<bracketed>[^\]\s/]+)\]|(?P<name>[^\s:/@\[\]]+))(?::(?P<port>[0-9]{1,6}))?"
)
