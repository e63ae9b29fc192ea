"""The names, extensions and algorithms of a certificate that stapling needs."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from apachestaple.certificates.der import issuer_der

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cryptography import x509

_OCSP = "1.3.6.1.5.5.7.48.1"
_ISSUER = "1.3.6.1.5.5.7.48.2"
# DER of key algorithms and parameters, and of signature algorithms, that satisfy OpenSSL's security
# level 2. Nearly all certificates contain them, and parsing a key takes 20 µs.
_USUAL_KEYS = (
    bytes.fromhex("06072a8648ce3d020106082a8648ce3d030107"),  # P-256
    bytes.fromhex("06072a8648ce3d020106052b81040022"),  # P-384
    bytes.fromhex("06092a864886f70d01010105000382010f003082010a0282010100"),  # RSA, 2048 bits
    bytes.fromhex("06092a864886f70d0101010500038201a2003082019d0282018100"),  # RSA, 3072 bits
    bytes.fromhex("06092a864886f70d01010105000382020f003082020a0282020100"),  # RSA, 4096 bits
)
_USUAL_SIGNATURES = (
    bytes.fromhex("06092a864886f70d01010b"),  # RSA, SHA-256
    bytes.fromhex("06082a8648ce3d040302"),  # ECDSA, SHA-256
    bytes.fromhex("06082a8648ce3d040303"),  # ECDSA, SHA-384
    bytes.fromhex("06092a864886f70d01010c"),  # RSA, SHA-384
    bytes.fromhex("06092a864886f70d01010d"),  # RSA, SHA-512
    bytes.fromhex("06082a8648ce3d040304"),  # ECDSA, SHA-512
)

# A name as X509_NAME_cmp compares it.
Name = tuple[tuple[tuple[str, str], ...], ...]


class Facts(NamedTuple):
    """Data that most certificates of an authority have in common; equal facts are one object.

    Attributes:
        issuer: the name of the issuer.
        subject: the name of an authority; ``None`` for others, because it is seldom needed.
        ocsp_uris: all OCSP URIs, in order.
        must_staple: whether it has the TLS feature status_request (RFC 7633).
        is_ca: whether it may be an issuer, by its basic constraints.
        authority_key: identifier of the issuer's key.
        authority_serial: serial number of the issuer's certificate.
        may_sign: whether it may be an issuer, by its key usage.
        key_type: algorithm of the key, as object identifier.
        signature_type: algorithm of the signature, likewise.
        is_strong: whether key and signature are known to satisfy security level 2.

    """

    issuer: Name
    subject: Name | None
    ocsp_uris: tuple[str, ...]
    must_staple: bool
    is_ca: bool
    authority_key: bytes | None
    authority_serial: int | None
    may_sign: bool
    key_type: str
    signature_type: str
    is_strong: bool

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


class Own(NamedTuple):
    """Data that each certificate has for itself.

    Attributes:
        not_before: beginning of the validity, in seconds since 1970.
        not_after: end of the validity.
        subject_key: identifier of the key.

    """

    not_before: int
    not_after: int
    subject_key: bytes | None


def facts(certificate: x509.Certificate, der: bytes) -> tuple[Facts, Own]:
    """The facts of a certificate; raises exceptions of many kinds, as cryptography does."""
    values: dict[str, Any] = {type(e.value).__name__: e.value for e in certificate.extensions}
    constraints = values.get("BasicConstraints")
    subject_key = values.get("SubjectKeyIdentifier")
    authority = values.get("AuthorityKeyIdentifier")
    usage = values.get("KeyUsage")
    is_ca = constraints is not None and constraints.ca
    shared = (
        _issuer(certificate, der),
        canonical(certificate.subject) if is_ca else None,
        _uris(values.get("AuthorityInformationAccess", ()), _OCSP),
        any(f.name == "status_request" for f in values.get("TLSFeature", ())),
        is_ca,
        authority.key_identifier if authority else None,
        authority.authority_cert_serial_number if authority else None,
        usage is None or usage.key_cert_sign,
        certificate.public_key_algorithm_oid.dotted_string,
        certificate.signature_algorithm_oid.dotted_string,
        _is_strong(der),
    )
    own = Own(
        int(certificate.not_valid_before_utc.timestamp()),
        int(certificate.not_valid_after_utc.timestamp()),
        subject_key.digest if subject_key else None,
    )
    return _one(shared), own


@lru_cache(maxsize=4096)
def _one(values: tuple[Any, ...]) -> Facts:
    return Facts._make(values)


# Names of issuers by their DER, because making an x509.Name takes as long as all else of one.
_issuers: dict[bytes, Name] = {}


def _issuer(certificate: x509.Certificate, der: bytes) -> Name:
    encoded = issuer_der(der)
    if encoded not in _issuers:
        _issuers[encoded] = canonical(certificate.issuer)
    return _issuers[encoded]


def issuer_uris(certificate: x509.Certificate) -> tuple[str, ...]:
    """The URIs of the issuer's certificate; they are seldom needed, so they are no fact."""
    for extension in certificate.extensions:
        if type(extension.value).__name__ == "AuthorityInformationAccess":
            access: Any = extension.value
            return _uris(access, _ISSUER)
    return ()


def _uris(access: Iterable[x509.AccessDescription], method: str) -> tuple[str, ...]:
    return tuple(
        [
            description.access_location.value
            for description in access
            if description.access_method.dotted_string == method
            # OpenSSL ignores names of other kinds and empty URIs (X509_get1_ocsp).
            and type(description.access_location).__name__ == "UniformResourceIdentifier"
            and description.access_location.value
        ]
    )


def _is_strong(der: bytes) -> bool:
    # A generator takes three times as long.
    has = der.__contains__
    return any(map(has, _USUAL_KEYS)) and any(map(has, _USUAL_SIGNATURES))


@lru_cache(maxsize=1024)
def canonical(name: x509.Name) -> Name:
    """A name as X509_NAME_cmp compares it: letters in one case, white space squeezed."""
    return tuple(
        tuple(
            sorted(
                (attribute.oid.dotted_string, " ".join(str(attribute.value).lower().split()))
                for attribute in part
            )
        )
        for part in name.rdns
    )
