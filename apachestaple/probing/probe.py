"""What running servers send to a client that asks for a certificate status."""

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
    from collections.abc import Iterator, Sequence

    from apachestaple.ocsp.status import StatusResponse

# Longer than httpd waits for a responder by default, so that the wait can be seen. Seconds.
PATIENCE = 15.0
# So many servers are probed at once.
_MOST_AT_ONCE = 16


def probe_all(
    targets: Sequence[Target], *, seconds: float = PATIENCE, tls: str | None = None
) -> Iterator[tuple[Target, Served]]:
    """Probe everything, several at once; the results as they come."""
    return at_once(
        lambda target: probe(target, seconds=seconds, tls=tls), targets, most=_MOST_AT_ONCE
    )


def certificates_of(targets: Sequence[Target]) -> tuple[list[CertificateFile], list[str]]:
    """The certificates that servers send, by the servers' names, and why others send none."""
    found = dict(probe_all(targets))
    served = [(target, found[target]) for target in dict.fromkeys(targets)]
    files = [CertificateFile(str(target), one.leaf) for target, one in served if one.leaf]
    return files, [f"{target}: {one.failure}" for target, one in served if not one.leaf]


def probe(target: Target, *, seconds: float = PATIENCE, tls: str | None = None) -> Served:
    """Shake hands, asking for a status; what goes wrong is in the result.

    Where that fails, once more without asking: the difference says that stapling is the problem.
    ``seconds`` is the limit for each of the two.
    """

    def shake(*, status: bool) -> Handshake:
        where = target.address or target.host
        return handshake(
            where, target.port, target.servername, seconds=seconds, status=status, tls=tls
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
    failure = f"the handshake fails when a status is asked for ({failed}), and works when it is not"
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
        failure=failure if chain else "the server sent no certificate that can be read",
    )


def _certificates(chain: tuple[bytes, ...]) -> tuple[Certificate, ...]:
    """Those that are certificates; OpenSSL is more lenient than cryptography."""
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
