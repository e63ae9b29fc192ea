"""Parses what a server sent: each certificate and each staple once, because hosts share them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from apachestaple.certificates.certificate import Certificate
from apachestaple.ocsp.responses import read_response
from apachestaple.probing.served import Served

if TYPE_CHECKING:
    from apachestaple.network.handshake import Handshake
    from apachestaple.ocsp.status import StatusResponse
    from apachestaple.probing.targets import Target


def parse_served(
    target: Target, made: Handshake, keys: str | None, failure: str | None = None
) -> Served:
    """The result of a handshake."""
    chain = _certificates(made.chain)
    staple = _staple(made.staple, chain) if made.staple is not None else None
    return Served(
        target=target,
        at=datetime.now(UTC),
        seconds=made.seconds,
        address=made.address,
        tls_version=made.tls_version,
        chain=chain,
        staple=staple,
        staple_length=len(made.staple or b""),
        built=_certificates(made.built),
        unverified=made.unverified,
        failure=failure if chain else "the server sent no certificate that can be parsed",
        keys=keys,
    )


def forget_staples() -> None:
    """Verify all staples again: the certificate of a signer may have expired since."""
    _parsed_staple.cache_clear()


# Most servers send the same certificates of authorities, and each sends its own twice.
@lru_cache(maxsize=1024)
def _parsed(der: bytes) -> Certificate:
    return Certificate.parse(der)


def _certificates(chain: tuple[bytes, ...]) -> tuple[Certificate, ...]:
    """The certificates up to the first that is not understood; OpenSSL reads some of these."""
    certificates = []
    for der in chain:
        try:
            certificate = _parsed(der)
        except ValueError:
            break
        if not certificate.is_understood:
            break
        certificates.append(certificate)
    return tuple(certificates)


def _staple(der: bytes, chain: tuple[Certificate, ...]) -> StatusResponse | None:
    if not chain:
        return None
    leaf = chain[0]
    issuer = next((sent for sent in (*chain[1:], leaf) if leaf.is_issued_by(sent)), None)
    try:
        return _parsed_staple(der, leaf, issuer)
    except ValueError:
        return None


# A certificate is equal to no other one; `_parsed` returns the same one for the same bytes.
@lru_cache(maxsize=1024)
def _parsed_staple(der: bytes, leaf: Certificate, issuer: Certificate | None) -> StatusResponse:
    return read_response(der, leaf, issuer)
