"""A certificate, with the data that stapling needs."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from apachestaple.certificates.facts import Facts, Name, Own, canonical, issuer_uris
from apachestaple.certificates.facts import facts as read_facts
from apachestaple.certificates.openssl import openssl_reads

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from datetime import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

# A value that no name of an issuer equals.
_UNREADABLE: Name = ((),)


class Certificate:
    """A certificate.

    Only the DER and a few facts are kept, because a server may have ten thousand certificates.
    Other data is read from the DER when a report needs it. If it is not understood
    (`is_understood`), only the DER and the digest may be used.
    """

    __slots__ = ("_subject_name", "der", "facts", "own", "sha1")

    def __init__(self, der: bytes, sha1: bytes, facts: Facts | None, own: Own | None) -> None:
        # The certificate itself, and its SHA-1: mod_ssl's key in the cache.
        self.der = der
        self.sha1 = sha1
        # `None` if it is not understood.
        self.facts = facts
        self.own = own
        self._subject_name = facts.subject if facts else None

    @classmethod
    def parse(cls, der: bytes) -> Certificate:
        """Read a certificate; one that only OpenSSL can read is not understood.

        Raises:
            ValueError: OpenSSL cannot read it either.

        """
        load, sha1 = load_tools()
        try:
            facts, own = read_facts(load(der), der)
        except Exception as error:  # noqa: BLE001  (cryptography raises many kinds)
            if not openssl_reads(der):
                raise ValueError(str(error)) from None
            return cls(der, sha1(der), None, None)
        return cls(der, sha1(der), facts, own)

    def __reduce__(self) -> tuple[object, ...]:
        return Certificate, (self.der, self.sha1, self.facts, self.own)

    @property
    def _certificate(self) -> x509.Certificate:
        return load_tools()[0](self.der)

    @property
    def public_key(self) -> CertificatePublicKeyTypes:
        """Its public key; raises UnsupportedAlgorithm or ValueError where it cannot be read."""
        return self._certificate.public_key()

    @property
    def key_type(self) -> str:
        """The algorithm of its public key, as OpenSSL tells slots for certificates apart."""
        return self.facts.key_type if self.facts else ""

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
        return self.facts is not None

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
        return self.facts.ocsp_uris if self.facts else ()

    @property
    def issuer_uris(self) -> tuple[str, ...]:
        """The URIs of its issuer's certificate, in the authority information access."""
        return issuer_uris(self._certificate) if self.facts else ()

    @property
    def must_staple(self) -> bool:
        """Whether it has the TLS feature status_request (RFC 7633)."""
        return self.facts is not None and self.facts.must_staple

    @property
    def is_ca(self) -> bool:
        """Whether its basic constraints say so."""
        return self.facts is not None and self.facts.is_ca

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
        own = self.own
        return own is not None and own.not_before <= seconds <= own.not_after

    @property
    def lifetime(self) -> int:
        """The length of its validity, in seconds."""
        return self.own.not_after - self.own.not_before if self.own else 0

    @property
    def common_name(self) -> str:
        """The CN of its subject, or the whole subject if there is no CN."""
        return _common_name(self.subject)

    @property
    def issuer_common_name(self) -> str:
        """The CN of its issuer, or the issuer's whole name if there is no CN."""
        return _common_name(self.issuer)

    @property
    def is_self_signed(self) -> bool:
        """Whether its issuer's name is its own."""
        return self.facts is not None and self.facts.issuer == self._name

    @property
    def is_strong(self) -> bool:
        """Whether its key and signature are known to satisfy OpenSSL's security level 2."""
        return self.facts is not None and self.facts.is_strong

    def is_issued_by(self, issuer: Certificate) -> bool:
        """X509_check_issued: names, key identifiers and types of key fit.

        The signature itself is not verified.
        """
        return self.facts is not None and _is_issued_by(self.facts, issuer)

    def names_key_of(self, issuer: Certificate) -> bool:
        """Whether it has the identifier of the issuer's key."""
        key = self.facts.authority_key if self.facts else None
        return key is not None and issuer.own is not None and key == issuer.own.subject_key

    def is_signed_by(self, issuer: Certificate) -> bool | None:
        """Whether its signature was made with the issuer's key; ``None`` if it cannot be checked.

        Equal key identifiers are enough. Otherwise the signature is verified, which takes 0.1 ms.
        """
        if self.facts is None or issuer.facts is None:
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
        return self.facts.issuer if self.facts else None

    @property
    def issuer_and_key(self) -> Hashable:
        """The name of its issuer and the identifier of the issuer's key."""
        return (self.facts.issuer, self.facts.authority_key) if self.facts else None

    @property
    def _name(self) -> Name:
        """The subject's name, to be compared with an issuer's."""
        if self._subject_name is None:
            try:
                self._subject_name = canonical(self._certificate.subject)
            except Exception:  # noqa: BLE001  (likewise)
                self._subject_name = _UNREADABLE
        return self._subject_name


def _common_name(name: str) -> str:
    found = re.search(r"(?:^|,)CN=((?:\\.|[^,\\])+)", name)
    return found[1] if found else name


# Cached, because most certificates of an authority have the same facts.
@lru_cache(maxsize=1024)
def _is_issued_by(facts: Facts, issuer: Certificate) -> bool:
    its, own = issuer.facts, issuer.own
    if its is None or own is None or not its.may_sign or facts.issuer != issuer.subject_name:
        return False
    if facts.authority_key and own.subject_key and facts.authority_key != own.subject_key:
        return False
    if facts.authority_serial is not None and facts.authority_serial != issuer.serial:
        return False
    names_key = facts.authority_key is not None and facts.authority_key == own.subject_key
    return names_key or _fits(facts.signature_type, its.key_type)


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


@cache
def load_tools() -> tuple[Callable[[bytes], x509.Certificate], Callable[[bytes], bytes]]:
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
