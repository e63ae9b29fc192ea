"""A certificate, with the data that stapling needs."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from apachestaple.certificates.openssl import openssl_reads

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable
    from datetime import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

_OCSP = "1.3.6.1.5.5.7.48.1"

# A name as X509_NAME_cmp compares it.
_Name = tuple[tuple[tuple[str, str], ...], ...]


# A value that no name of an issuer equals.
_UNREADABLE: _Name = ((),)


class Facts(NamedTuple):
    """The names, dates and extensions of a certificate that stapling needs."""

    issuer: _Name
    # Only read for authorities, because that of a leaf is seldom needed.
    subject: _Name | None
    # Seconds since 1970.
    not_before: int
    not_after: int
    ocsp_uris: tuple[str, ...]
    must_staple: bool
    is_ca: bool
    subject_key: bytes | None
    authority_key: bytes | None
    authority_serial: int | None
    may_sign: bool
    # Algorithms, by their object identifiers.
    key_type: str
    signature_type: str


class Certificate:
    """A certificate.

    Only the DER and a few facts are kept, because a server may have ten thousand certificates.
    Other data is read from the DER when a report needs it. If it is not understood
    (`is_understood`), only the DER and the digest may be used.
    """

    __slots__ = ("_facts", "_subject_name", "der", "sha1")

    def __init__(self, der: bytes, sha1: bytes, facts: Facts | None) -> None:
        # The certificate itself, and its SHA-1: mod_ssl's key in the cache.
        self.der = der
        self.sha1 = sha1
        self._facts = facts
        self._subject_name = facts.subject if facts else None

    @classmethod
    def parse(cls, der: bytes) -> Certificate:
        """Read a certificate; one that only OpenSSL can read is not understood.

        Raises:
            ValueError: OpenSSL cannot read it either.

        """
        load, sha1 = _tools()
        try:
            facts = _facts(load(der))
        except Exception as error:  # noqa: BLE001  (cryptography raises many kinds)
            if not openssl_reads(der):
                raise ValueError(str(error)) from None
            facts = None
        return cls(der, sha1(der), facts)

    def __reduce__(self) -> tuple[object, ...]:
        return Certificate, self.packed()

    def packed(self) -> tuple[bytes, bytes, Facts | None]:
        """What it is made of."""
        return self.der, self.sha1, self._facts

    @property
    def _certificate(self) -> x509.Certificate:
        return _tools()[0](self.der)

    @property
    def public_key(self) -> CertificatePublicKeyTypes:
        """Its public key; raises UnsupportedAlgorithm or ValueError where it cannot be read."""
        return self._certificate.public_key()

    @property
    def key_type(self) -> str:
        """The algorithm of its public key, as OpenSSL tells slots for certificates apart."""
        return self._facts.key_type if self._facts else ""

    @property
    def signature_digest(self) -> tuple[str, int] | None:
        """Name and length in bits of the digest of its signature; ``None`` if there is none."""
        try:
            digest = self._certificate.signature_hash_algorithm
        except Exception:  # noqa: BLE001  (cryptography raises many kinds)
            return None
        return (digest.name, digest.digest_size * 8) if digest else None

    @property
    def is_understood(self) -> bool:
        """Whether its names and extensions can be parsed; else nothing may be concluded from it."""
        return self._facts is not None

    @property
    def subject(self) -> str:
        """The distinguished name in the form of RFC 4514."""
        return _text(lambda: self._certificate.subject)

    @property
    def issuer(self) -> str:
        """The issuer's distinguished name in the form of RFC 4514."""
        return _text(lambda: self._certificate.issuer)

    @property
    def serial(self) -> int:
        """Its serial number."""
        return self._certificate.serial_number

    @property
    def ocsp_uris(self) -> tuple[str, ...]:
        """All OCSP URIs of the authority information access, in order."""
        return self._facts.ocsp_uris if self._facts else ()

    @property
    def must_staple(self) -> bool:
        """Whether it has the TLS feature status_request (RFC 7633)."""
        return self._facts is not None and self._facts.must_staple

    @property
    def is_ca(self) -> bool:
        """Whether its basic constraints say so."""
        return self._facts is not None and self._facts.is_ca

    @property
    def not_before(self) -> datetime:
        """The beginning of its validity, UTC."""
        return self._certificate.not_valid_before_utc

    @property
    def not_after(self) -> datetime:
        """The end of its validity, UTC."""
        return self._certificate.not_valid_after_utc

    def is_valid_at(self, seconds: float) -> bool:
        """Whether it is valid at a time in seconds since 1970."""
        facts = self._facts
        return facts is not None and facts.not_before <= seconds <= facts.not_after

    @property
    def lifetime(self) -> int:
        """The length of its validity, in seconds."""
        return self._facts.not_after - self._facts.not_before if self._facts else 0

    @property
    def common_name(self) -> str:
        """The CN of its subject, or the whole subject if there is no CN."""
        subject = self.subject
        found = re.search(r"(?:^|,)CN=((?:\\.|[^,\\])+)", subject)
        return found[1] if found else subject

    @property
    def is_self_signed(self) -> bool:
        """Whether its issuer's name is its own."""
        return self._facts is not None and self._facts.issuer == self._name

    def is_issued_by(self, issuer: Certificate) -> bool:
        """X509_check_issued: names, key identifiers and types of key fit.

        The signature itself is not verified.
        """
        own, its = self._facts, issuer._facts
        if own is None or its is None or not its.may_sign or own.issuer != issuer._name:
            return False
        if own.authority_key and its.subject_key and own.authority_key != its.subject_key:
            return False
        serial = own.authority_serial
        if serial is not None and serial != issuer.serial:
            return False
        return self.names_key_of(issuer) or _fits(own.signature_type, its.key_type)

    def names_key_of(self, issuer: Certificate) -> bool:
        """Whether it has the identifier of the issuer's key."""
        own, its = self._facts, issuer._facts
        if own is None or its is None or own.authority_key is None:
            return False
        return own.authority_key == its.subject_key

    def is_signed_by(self, issuer: Certificate) -> bool | None:
        """Whether its signature was made with the issuer's key; ``None`` if it cannot be checked.

        Equal key identifiers are enough. Otherwise the signature is verified, which takes 0.1 ms.
        """
        if self._facts is None or issuer._facts is None:
            return None
        if self.names_key_of(issuer):
            return True
        return _is_signed_by(self._certificate, issuer._certificate)

    @property
    def subject_name(self) -> Hashable:
        """The name of its subject, in a form that is equal if OpenSSL considers names equal."""
        return self._name

    @property
    def issuer_name(self) -> Hashable:
        """The name of its issuer, in the same form as `subject_name`."""
        return self._facts.issuer if self._facts else None

    @property
    def issuer_and_key(self) -> Hashable:
        """The name of its issuer and the identifier of the issuer's key."""
        return (self._facts.issuer, self._facts.authority_key) if self._facts else None

    @property
    def _name(self) -> _Name:
        """The subject's name, to be compared with an issuer's."""
        if self._subject_name is None:
            try:
                self._subject_name = _canonical(self._certificate.subject)
            except Exception:  # noqa: BLE001  (likewise)
                self._subject_name = _UNREADABLE
        return self._subject_name


# The beginning of the identifiers of signatures, and the keys that make them.
_KEYS_OF_SIGNATURES = {
    "1.2.840.113549.1.1.": ("1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"),  # RSA, RSA-PSS
    "1.2.840.10045.4.": ("1.2.840.10045.2.1",),  # ECDSA
    "1.2.840.10040.4.": ("1.2.840.10040.4.1",),  # DSA
    "2.16.840.1.101.3.4.3.": ("1.2.840.10040.4.1",),
}


@lru_cache(maxsize=256)
def _fits(signature: str, key: str) -> bool:
    """Whether a key of this type can have made a signature of that type (check_sig_alg_match)."""
    for beginning, keys in _KEYS_OF_SIGNATURES.items():
        if signature.startswith(beginning) and signature != key:
            return key in keys
    # Of the younger algorithms, key and signature have one identifier.
    return signature == key or not (signature and key)


def _is_signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool | None:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  (hardly ever needed)

    try:
        certificate.verify_directly_issued_by(issuer)
    except InvalidSignature:
        return False
    except ValueError:
        # A key of another type, or a name in other letters that OpenSSL considers equal.
        return False if certificate.issuer == issuer.subject else None
    except Exception:  # noqa: BLE001  (cryptography raises many kinds)
        return None
    return True


def _text(name: Callable[[], x509.Name]) -> str:
    try:
        return name().rfc4514_string()
    except Exception:  # noqa: BLE001  (likewise)
        return "a name that cannot be read"


def _facts(certificate: x509.Certificate) -> Facts:
    values: dict[str, Any] = {type(e.value).__name__: e.value for e in certificate.extensions}
    constraints = values.get("BasicConstraints")
    subject_key = values.get("SubjectKeyIdentifier")
    authority = values.get("AuthorityKeyIdentifier")
    usage = values.get("KeyUsage")
    is_ca = constraints is not None and constraints.ca
    return Facts(
        issuer=_canonical(certificate.issuer),
        subject=_canonical(certificate.subject) if is_ca else None,
        not_before=int(certificate.not_valid_before_utc.timestamp()),
        not_after=int(certificate.not_valid_after_utc.timestamp()),
        ocsp_uris=_ocsp_uris(values.get("AuthorityInformationAccess", ())),
        must_staple=any(f.name == "status_request" for f in values.get("TLSFeature", ())),
        is_ca=is_ca,
        subject_key=subject_key.digest if subject_key else None,
        authority_key=authority.key_identifier if authority else None,
        authority_serial=authority.authority_cert_serial_number if authority else None,
        may_sign=usage is None or usage.key_cert_sign,
        key_type=certificate.public_key_algorithm_oid.dotted_string,
        signature_type=certificate.signature_algorithm_oid.dotted_string,
    )


def _ocsp_uris(access: Iterable[x509.AccessDescription]) -> tuple[str, ...]:
    return tuple(
        [
            description.access_location.value
            for description in access
            if description.access_method.dotted_string == _OCSP
            # OpenSSL ignores names of other kinds and empty URIs (X509_get1_ocsp).
            and type(description.access_location).__name__ == "UniformResourceIdentifier"
            and description.access_location.value
        ]
    )


@cache
def _tools() -> tuple[Callable[[bytes], x509.Certificate], Callable[[bytes], bytes]]:
    """The parser of cryptography, and SHA-1.

    They take 30 ms to import, and most fragments do not name a file.
    """
    import hashlib  # noqa: PLC0415
    import warnings  # noqa: PLC0415

    from cryptography import x509  # noqa: PLC0415
    from cryptography.utils import CryptographyDeprecationWarning  # noqa: PLC0415

    # Warnings about unusual serial numbers do not help an administrator.
    warnings.simplefilter("ignore", CryptographyDeprecationWarning)
    return (
        x509.load_der_x509_certificate,
        lambda der: hashlib.sha1(der, usedforsecurity=False).digest(),
    )


@lru_cache(maxsize=1024)
def _canonical(name: x509.Name) -> _Name:
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
