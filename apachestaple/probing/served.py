"""What a running server sends: certificates and staple, and whether clients can use them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.network.unverified import Unverified
    from apachestaple.ocsp.status import StatusResponse
    from apachestaple.probing.targets import Target


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
        built: the chain from the leaf to a trusted authority, or as far as OpenSSL can build it.
            Clients ignore certificates that were sent and are not in it.
        unverified: why OpenSSL does not trust that chain; empty if it does.
        failure: why there was no handshake, or none with a status request.
        conclusive: whether the failure is the server's; false if the server may not be connected
            to, or if the time limit for all servers was reached.
        keys: ``RSA`` or ``ECDSA``, if only certificates with these keys were accepted.
        others: what clients get that accept only certificates with another type of key, if the
            server has one.
        earlier: the statuses of earlier handshakes, if there were several.
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
    built: tuple[Certificate, ...] = ()
    unverified: tuple[Unverified, ...] = ()
    failure: str | None = None
    conclusive: bool = True
    keys: str | None = None
    others: tuple[Served, ...] = ()
    earlier: tuple[str, ...] = ()
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
    def staple_left(self) -> timedelta | None:
        """Time until the staple expires; ``None`` without a time."""
        end = self.staple.next_update if self.staple else None
        return end - self.at if end else None

    @property
    def problem_of_staple(self) -> str | None:
        """Why a client rejects the staple, or its absence, as a sentence without full stop."""
        if self.staple_length and self.staple is None:
            return "the staple is no OCSP response"
        if self.staple is not None:
            problem = self.staple.problem(self.at)
            return f"the staple {problem}" if problem else None
        if self.leaf is not None and self.leaf.must_staple:
            return "the certificate requires a staple (must-staple), but none was sent"
        return None
