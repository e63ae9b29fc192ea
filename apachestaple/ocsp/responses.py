"""Makes OCSP requests as httpd does, parses responses, and verifies their signatures.

This module loads cryptography, so it is imported only for queries and probes.
Source: RFC 6960; crypto/ocsp of OpenSSL.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from apachestaple.certificates.der import der_length
from apachestaple.ocsp.status import SUCCESSFUL, Signature, StatusResponse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.certificates.certificate import Certificate

_RESPONSE_STATUS = {
    ocsp.OCSPResponseStatus.SUCCESSFUL: SUCCESSFUL,
    ocsp.OCSPResponseStatus.MALFORMED_REQUEST: "malformedRequest",
    ocsp.OCSPResponseStatus.INTERNAL_ERROR: "internalError",
    ocsp.OCSPResponseStatus.TRY_LATER: "tryLater",
    ocsp.OCSPResponseStatus.SIG_REQUIRED: "sigRequired",
    ocsp.OCSPResponseStatus.UNAUTHORIZED: "unauthorized",
}

# Bits; RFC 5280, section 4.1.2.2.
_LONGEST_SERIAL = 160


def status_request(leaf: Certificate, issuer: Certificate) -> bytes:
    """The DER of httpd's request for the status of a certificate: with SHA-1 and no nonce."""
    request = _request(leaf, issuer, hashes.SHA1())  # noqa: S303  (httpd uses SHA-1)
    return request.public_bytes(serialization.Encoding.DER)


def read_response(der: bytes, leaf: Certificate, issuer: Certificate | None) -> StatusResponse:
    """Parse a response about ``leaf``.

    Without ``issuer``, the certificate is identified by its serial number only, and the signature
    is not verified. Bytes after the DER of the response are ignored, as in OpenSSL.

    Raises:
        ValueError: the bytes are no OCSP response.

    """
    der = der[: der_length(der)]
    try:
        response = ocsp.load_der_ocsp_response(der)
        response_status = _RESPONSE_STATUS[response.response_status]
        if response_status != SUCCESSFUL:
            return StatusResponse(len(der), response_status)
        singles = list(response.responses)
    except ValueError:
        if not _says_successful(der):
            raise
        # OpenSSL parses only the outer sequence, and httpd staples the response (AH01934).
        return StatusResponse(len(der), SUCCESSFUL, is_readable=False)
    found = next((s for s in singles if _is_about(s, leaf, issuer)), None)
    single = found or next(iter(singles), None)
    return StatusResponse(
        length=len(der),
        response_status=response_status,
        status=single.certificate_status.name.lower() if single else None,
        serials=tuple(
            s.serial_number for s in singles if s.serial_number.bit_length() <= _LONGEST_SERIAL
        ),
        matches=found is not None,
        is_by_sha1=found is not None and _is_by_sha1(found),
        this_update=single.this_update_utc if single else None,
        next_update=single.next_update_utc if single else None,
        signature=_signature(response, issuer) if issuer else Signature(is_known=False),
    )


def _says_successful(der: bytes) -> bool:
    """Whether the bytes are a complete DER sequence that begins with the status 0."""
    begins = re.match(rb"0(?:[\0-\x7f]|\x81.|\x82..|\x83...)\x0a\x01\0", der, re.DOTALL)
    return begins is not None and len(der) == der_length(der)


def _request(
    leaf: Certificate, issuer: Certificate, algorithm: hashes.HashAlgorithm
) -> ocsp.OCSPRequest:
    subject, authority = map(x509.load_der_x509_certificate, (leaf.der, issuer.der))
    return ocsp.OCSPRequestBuilder().add_certificate(subject, authority, algorithm).build()


def _is_about(
    single: ocsp.OCSPSingleResponse, leaf: Certificate, issuer: Certificate | None
) -> bool:
    """OCSP_id_cmp of OpenSSL, with the hash algorithm of the response."""
    if single.serial_number != leaf.serial:
        return False
    if issuer is None:
        return True
    try:
        asked = _request(leaf, issuer, single.hash_algorithm)
    except Exception:  # noqa: BLE001  (cryptography raises many kinds for a hash it does not know)
        return False
    return (single.issuer_name_hash, single.issuer_key_hash) == (
        asked.issuer_name_hash,
        asked.issuer_key_hash,
    )


def _is_by_sha1(single: ocsp.OCSPSingleResponse) -> bool:
    try:
        return single.hash_algorithm.name == "sha1"
    except UnsupportedAlgorithm:
        return False


def _signature(response: ocsp.OCSPResponse, issuer: Certificate) -> Signature:
    """RFC 6960, section 4.2.2.2: the signer is the issuer, or a delegate issued by it."""
    authority = x509.load_der_x509_certificate(issuer.der)
    try:
        signer = next(
            (c for c in (authority, *response.certificates) if _is_named(response, c)), None
        )
        if signer is None:
            return Signature(problem="is signed by a signer whose certificate is not included")
        name = signer.subject.rfc4514_string()
        _verify(response, signer)
    except InvalidSignature:
        return Signature(problem="has an invalid signature")
    except (UnsupportedAlgorithm, ValueError, TypeError):
        return Signature(is_known=False)
    if signer.public_key() == authority.public_key():
        return Signature(name)
    if not _is_issued(signer, authority):
        # Anybody can write any name into a certificate, so the name is not shown.
        issuer_name = authority.subject.rfc4514_string()
        return Signature(problem=f"is signed by a stranger, not by {issuer_name} or its delegate")
    return Signature(name, _problem_of_delegate(signer))


# The responses of a CA have the same few signers.
@lru_cache(maxsize=256)
def _is_issued(signer: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        signer.verify_directly_issued_by(authority)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _problem_of_delegate(signer: x509.Certificate) -> str | None:
    name = signer.subject.rfc4514_string()
    try:
        usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        may_sign = ExtendedKeyUsageOID.OCSP_SIGNING in usage
    except (x509.ExtensionNotFound, ValueError):
        may_sign = False
    if not may_sign:
        return f"is signed by {name}, whose certificate is not for OCSP signing"
    if not signer.not_valid_before_utc <= datetime.now(UTC) <= signer.not_valid_after_utc:
        return f"is signed by {name}, which has expired or is not yet valid"
    return None


def _is_named(response: ocsp.OCSPResponse, certificate: x509.Certificate) -> bool:
    """Whether the responder ID of the response refers to the certificate."""
    if response.responder_name is not None:
        return certificate.subject == response.responder_name
    key = x509.SubjectKeyIdentifier.from_public_key(certificate.public_key())
    return key.digest == response.responder_key_hash


def _verify(response: ocsp.OCSPResponse, signer: x509.Certificate) -> None:
    """Verify the signature.

    Raises:
        InvalidSignature: the signature is not the signer's.
        UnsupportedAlgorithm: cryptography cannot verify it.

    """
    key: Any = signer.public_key()
    key.verify(response.signature, response.tbs_response_bytes, *_scheme(response, key))


def _scheme(response: ocsp.OCSPResponse, key: object) -> Iterator[object]:
    algorithm = response.signature_hash_algorithm
    if algorithm is None:
        return
    if isinstance(key, rsa.RSAPublicKey):
        yield padding.PKCS1v15()
        yield algorithm
    elif isinstance(key, ec.EllipticCurvePublicKey):
        yield ec.ECDSA(algorithm)
