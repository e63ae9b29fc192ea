"""OCSP responses: what one says, who signed it, and whether clients and httpd can use it.

Source: RFC 6960; modules/ssl/ssl_util_stapling.c (stapling_check_response), and of OpenSSL
crypto/ocsp (OCSP_resp_find, OCSP_check_validity), which it calls.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from apachestaple.tls.certificates import der_length

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import HashAlgorithm
    from cryptography.x509 import ocsp

    from apachestaple.tls.certificates import Certificate

# How far the clocks of a client and a responder may be apart, in seconds: what OpenSSL's own
# clients and curl allow, and what SSLStaplingResponseTimeSkew is by default.
CLOCK_SKEW = 300

SUCCESSFUL = "successful"
_RESPONSE_STATUS = {
    "SUCCESSFUL": SUCCESSFUL,
    "MALFORMED_REQUEST": "malformedRequest",
    "INTERNAL_ERROR": "internalError",
    "TRY_LATER": "tryLater",
    "SIG_REQUIRED": "sigRequired",
    "UNAUTHORIZED": "unauthorized",
}


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed a response.

    Attributes:
        signer: the signing certificate's name, where it is known.
        fault: why no client trusts the signature, or ``None``.
        is_known: whether it could be checked at all.

    """

    signer: str | None = None
    fault: str | None = None
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class StatusResponse:
    """What an OCSP response says about one certificate.

    Attributes:
        length: bytes of its DER.
        response_status: ``successful``, or the responder's error in the words of RFC 6960.
        is_readable: whether a successful response holds a basic response.
        status: ``good``, ``revoked`` or ``unknown``: of the certificate, or, where nothing is said
            of it, of the first one that it speaks of.
        serials: the serial numbers that it speaks of.
        matches: whether the certificate is among them.
        is_by_sha1: whether it is, with the certificate id that httpd looks for.
        this_update, next_update: from when and until when it holds, UTC.
        signature: who signed it.

    """

    length: int
    response_status: str
    is_readable: bool = True
    status: str | None = None
    serials: tuple[int, ...] = ()
    matches: bool = False
    is_by_sha1: bool = False
    this_update: datetime | None = None
    next_update: datetime | None = None
    signature: Signature = Signature(is_known=False)

    @property
    def is_error(self) -> bool:
        """Whether the responder refused to say anything (RFC 6960, section 2.3)."""
        return self.response_status != SUCCESSFUL

    @property
    def said(self) -> str:
        """In one word, what it says: a certificate's status, a responder's error, or ``none``."""
        return self.response_status if self.is_error else self.status or "none"

    def fault_of_times(
        self, now: datetime, skew: int = CLOCK_SKEW, max_age: int | None = None
    ) -> str | None:
        """What OCSP_check_validity has against its times, or ``None``; ``skew``, ``max_age`` in s.

        A negative or no ``max_age`` is no limit.
        """
        if self.this_update is None:
            return None
        slack = timedelta(seconds=skew)
        if self.this_update > now + slack:
            return f"is not valid before {moment(self.this_update)}"
        if max_age is not None and max_age >= 0:
            age = now - self.this_update
            if age > timedelta(seconds=max_age):
                return f"is {age.total_seconds():.0f} seconds old"
        if self.next_update is None:
            return None
        if self.next_update < now - slack:
            return f"has expired at {moment(self.next_update)}"
        if self.next_update < self.this_update:
            return "ends before it begins"
        return None

    def fault_of_proof(self, now: datetime) -> str | None:
        """Why nobody need believe what it says about the certificate, or ``None``."""
        if not self.is_readable:
            return "holds no basic response"
        if not self.matches:
            return "is for another certificate"
        return self.signature.fault or self.fault_of_times(now)

    def fault(self, now: datetime) -> str | None:
        """Why a client that checks its staple refuses this one, or ``None``."""
        if self.is_error:
            return f"is the responder's error {self.response_status}"
        fault = self.fault_of_proof(now)
        if fault is None and self.status != "good":
            return f"says that the certificate is {self.status}"
        return fault


def moment(time: datetime) -> str:
    """A time as reports write it, to the second."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def status_request(leaf: Certificate, issuer: Certificate) -> bytes:
    """DER of the request for a certificate's status, as httpd makes it: with SHA-1, no nonce."""
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415  (50 ms)

    request = _request(leaf, issuer, hashes.SHA1())  # noqa: S303  (what httpd asks with)
    return request.public_bytes(serialization.Encoding.DER)


def read_response(der: bytes, leaf: Certificate, issuer: Certificate | None) -> StatusResponse:
    """What a response says about ``leaf``.

    Without the ``issuer``, the certificate is known by its serial number alone, and the signature
    is not checked. What follows the response's own DER is passed over, as OpenSSL does.

    Raises:
        ValueError: it is no OCSP response.

    """
    from cryptography.x509 import ocsp  # noqa: PLC0415  (likewise)

    der = der[: der_length(der)]
    try:
        response = ocsp.load_der_ocsp_response(der)
        response_status = _RESPONSE_STATUS[response.response_status.name]
        if response_status != SUCCESSFUL:
            return StatusResponse(len(der), response_status)
        singles = list(response.responses)
    except ValueError:
        if not _says_successful(der):
            raise
        # OpenSSL looks into the outer shell alone, and httpd staples what is in it (AH01934).
        return StatusResponse(len(der), SUCCESSFUL, is_readable=False)
    found = next((s for s in singles if _is_about(s, leaf, issuer)), None)
    single = found or next(iter(singles), None)
    return StatusResponse(
        length=len(der),
        response_status=response_status,
        status=single.certificate_status.name.lower() if single else None,
        serials=tuple(s.serial_number for s in singles),
        matches=found is not None,
        is_by_sha1=found is not None and found.hash_algorithm.name == "sha1",
        this_update=single.this_update_utc if single else None,
        next_update=single.next_update_utc if single else None,
        signature=_signature(response, issuer) if issuer else Signature(is_known=False),
    )


def _says_successful(der: bytes) -> bool:
    """Whether it is a whole DER sequence that begins with the status 0."""
    begins = re.match(rb"0(?:[\0-\x7f]|\x81.|\x82..|\x83...)\x0a\x01\0", der, re.DOTALL)
    return begins is not None and len(der) == der_length(der)


def _request(leaf: Certificate, issuer: Certificate, algorithm: HashAlgorithm) -> ocsp.OCSPRequest:
    from cryptography import x509  # noqa: PLC0415  (likewise)
    from cryptography.x509 import ocsp  # noqa: PLC0415  (likewise)

    subject, authority = map(x509.load_der_x509_certificate, (leaf.der, issuer.der))
    return ocsp.OCSPRequestBuilder().add_certificate(subject, authority, algorithm).build()


def _is_about(
    single: ocsp.OCSPSingleResponse, leaf: Certificate, issuer: Certificate | None
) -> bool:
    """OCSP_id_cmp, with the hash that the response uses."""
    if single.serial_number != leaf.serial_number:
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


def _signature(response: ocsp.OCSPResponse, issuer: Certificate) -> Signature:
    """RFC 6960, section 4.2.2.2: the issuer itself, or a delegate that it has issued."""
    from cryptography import x509  # noqa: PLC0415  (likewise)
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # noqa: PLC0415

    authority = x509.load_der_x509_certificate(issuer.der)
    try:
        signer = next(
            (c for c in (authority, *response.certificates) if _is_named(response, c)), None
        )
        if signer is None:
            return Signature(fault="is signed by somebody whose certificate is not sent along")
        name = signer.subject.rfc4514_string()
        _verify(response, signer)
    except InvalidSignature:
        return Signature(name, f"has a signature that is not that of {name}")
    except (UnsupportedAlgorithm, ValueError, TypeError):
        return Signature(is_known=False)
    if signer.public_key() == authority.public_key():
        return Signature(name)
    return Signature(name, _fault_of_delegate(signer, authority))


def _fault_of_delegate(signer: x509.Certificate, authority: x509.Certificate) -> str | None:
    from cryptography import x509  # noqa: PLC0415  (likewise)
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  (likewise)
    from cryptography.x509.oid import ExtendedKeyUsageOID  # noqa: PLC0415  (likewise)

    name, issuer = signer.subject.rfc4514_string(), authority.subject.rfc4514_string()
    try:
        signer.verify_directly_issued_by(authority)
    except (InvalidSignature, ValueError, TypeError):
        return f"is signed by a stranger: {name} was not issued by {issuer}"
    try:
        usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        may_sign = ExtendedKeyUsageOID.OCSP_SIGNING in usage
    except (x509.ExtensionNotFound, ValueError):
        may_sign = False
    if not may_sign:
        return f"is signed by {name}, which is not for signing OCSP responses"
    if not signer.not_valid_before_utc <= datetime.now(UTC) <= signer.not_valid_after_utc:
        return f"is signed by {name}, which has expired or is not yet valid"
    return None


def _is_named(response: ocsp.OCSPResponse, certificate: x509.Certificate) -> bool:
    """Whether the responder id of the response is that of the certificate."""
    from cryptography import x509  # noqa: PLC0415  (likewise)

    if response.responder_name is not None:
        return certificate.subject == response.responder_name
    key = x509.SubjectKeyIdentifier.from_public_key(certificate.public_key())
    return key.digest == response.responder_key_hash


def _verify(response: ocsp.OCSPResponse, signer: x509.Certificate) -> None:
    """Raise InvalidSignature, or UnsupportedAlgorithm, where the signature is not the signer's."""
    key: Any = signer.public_key()
    key.verify(response.signature, response.tbs_response_bytes, *_scheme(response, key))


def _scheme(response: ocsp.OCSPResponse, key: object) -> Iterator[object]:
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa  # noqa: PLC0415

    algorithm = response.signature_hash_algorithm
    if algorithm is None:
        return
    if isinstance(key, rsa.RSAPublicKey):
        yield padding.PKCS1v15()
        yield algorithm
    elif isinstance(key, ec.EllipticCurvePublicKey):
        yield ec.ECDSA(algorithm)
    else:
        yield algorithm
