"""Probes running servers as a client that requests a certificate status."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from apachestaple.certificates.certificate import Certificate
from apachestaple.certificates.pem import CertificateFile
from apachestaple.network.concurrency import at_once
from apachestaple.network.handshake import Handshake, HandshakeError, handshake
from apachestaple.ocsp.responses import read_response
from apachestaple.probing.served import Served, Target

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from apachestaple.ocsp.status import StatusResponse

# Seconds. Longer than httpd waits for a responder by default, so that this wait can be measured.
PATIENCE = 15.0
# The number of parallel probes.
_MOST_AT_ONCE = 16


def probe_all(
    targets: Sequence[Target],
    *,
    seconds: float = PATIENCE,
    tls: str | None = None,
    only_public: Collection[Target] = (),
) -> Iterator[tuple[Target, Served]]:
    """Probe all servers, several in parallel; yields the results as they arrive.

    Servers in ``only_public`` are not connected to if they have an address that is not public.
    """

    def probe_one(target: Target) -> Served:
        return probe(target, seconds=seconds, tls=tls, only_public=target in only_public)

    return at_once(probe_one, targets, most=_MOST_AT_ONCE)


def certificates_of(targets: Sequence[Target]) -> tuple[list[CertificateFile], list[str]]:
    """The certificates that servers send, by server name, and the reasons why others send none."""
    found = dict(probe_all(targets))
    served = [(target, found[target]) for target in dict.fromkeys(targets)]
    files = [CertificateFile(str(target), one.leaf) for target, one in served if one.leaf]
    return files, [f"{target}: {one.failure}" for target, one in served if not one.leaf]


def probe(
    target: Target,
    *,
    seconds: float = PATIENCE,
    tls: str | None = None,
    only_public: bool = False,
) -> Served:
    """Make a handshake with a status request. Failures are part of the result.

    If it fails, make a second one without the request: if that succeeds, stapling is the problem.
    ``seconds`` is the time limit of each handshake.
    """

    def shake(*, status: bool) -> Handshake:
        where = target.address or target.host
        return handshake(
            where,
            target.port,
            target.servername,
            seconds=seconds,
            status=status,
            tls=tls,
            only_public=only_public,
        )

    try:
        return _served(target, shake(status=True))
    except HandshakeError as error:
        failed = error
    if not failed.connected:
        return Served(target, datetime.now(UTC), failure=str(failed))
    try:
        plain = shake(status=False)
    except HandshakeError:
        return Served(target, datetime.now(UTC), failure=str(failed))
    failure = f"the handshake fails if a status is requested ({failed}), and succeeds otherwise"
    return _served(target, plain, failure)


def _served(target: Target, made: Handshake, failure: str | None = None) -> Served:
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
        failure=failure if chain else "the server sent no certificate that can be parsed",
    )


def _certificates(chain: tuple[bytes, ...]) -> tuple[Certificate, ...]:
    """The certificates that cryptography can parse; OpenSSL is more lenient."""
    certificates = []
    for der in chain:
        try:
            certificates.append(Certificate.parse(der))
        except ValueError:
            break
    return tuple(certificates)


def _staple(der: bytes, chain: tuple[Certificate, ...]) -> StatusResponse | None:
    if not chain:
        return None
    leaf = chain[0]
    issuer = next((sent for sent in (*chain[1:], leaf) if leaf.is_issued_by(sent)), None)
    try:
        return read_response(der, leaf, issuer)
    except ValueError:
        return None
