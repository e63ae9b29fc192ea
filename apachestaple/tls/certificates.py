"""Certificate files: the leaf, what follows it, and what stapling needs of them."""

from __future__ import annotations

import binascii
import errno
import os
import re
import stat
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

# Nobody's certificates; reading it would only fill the memory. Bytes.
_LARGEST_FILE = 64 * 1024 * 1024
# PEM_read_bio_X509 takes these three names.
_NAMES = (b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE")
_WHITE_SPACE = b" \t\r\n\v\f"
_OCSP = "1.3.6.1.5.5.7.48.1"


class Problem(StrEnum):
    """Why a certificate file is of no use to httpd, or to us."""

    MISSING = "missing"
    EMPTY = "empty"
    NOT_A_FILE = "not-a-file"
    UNREADABLE = "unreadable"
    NO_CERTIFICATE = "no-certificate"
    DAMAGED = "damaged"


class _Facts(NamedTuple):
    """What stapling needs of a certificate's extensions."""

    ocsp_uris: tuple[str, ...]
    must_staple: bool
    is_ca: bool
    subject_key: bytes | None
    authority_key: bytes | None
    authority_serial: int | None
    may_sign: bool


class Certificate:
    """What is known of one certificate.

    Only the DER and a few facts are kept: a server may have ten thousand. What a report asks is
    read from the DER again. Of one that is not understood, nothing but the dates and the digest
    may be asked.
    """

    __slots__ = ("_der", "_facts", "_subject_name")

    def __init__(self, der: bytes) -> None:
        """Raise ValueError where ``der`` is no certificate."""
        self._der = der
        self._subject_name: x509.Name | None = None
        try:
            certificate = self._certificate
        except Exception as error:  # noqa: BLE001  (cryptography raises many kinds)
            raise ValueError(str(error)) from None
        try:
            # Its names must be readable, too.
            self._facts: _Facts | None = (
                _facts(certificate) if certificate.issuer is not None else None
            )
        except Exception:  # noqa: BLE001  (likewise)
            self._facts = None

    @property
    def _certificate(self) -> x509.Certificate:
        return _load()(self._der)

    @property
    def der(self) -> bytes:
        """The certificate itself."""
        return self._der

    @property
    def public_key(self) -> CertificatePublicKeyTypes:
        """Its public key; raises UnsupportedAlgorithm or ValueError where it cannot be read."""
        return self._certificate.public_key()

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
        """The issuer's distinguished name, likewise."""
        return _text(lambda: self._certificate.issuer)

    @property
    def serial(self) -> int:
        """Its serial number."""
        return self._certificate.serial_number

    @property
    def sha1(self) -> bytes:
        """SHA-1 of the DER: mod_ssl's key in the cache."""
        import hashlib  # noqa: PLC0415

        return hashlib.sha1(self._der, usedforsecurity=False).digest()

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

    @property
    def common_name(self) -> str:
        """The CN of its subject, or the whole subject where there is none."""
        subject = self.subject
        found = re.search(r"(?:^|,)CN=((?:\\.|[^,\\])+)", subject)
        return found[1] if found else subject

    @property
    def is_self_signed(self) -> bool:
        """Whether its issuer's name is its own."""
        return self._has_issuer_name_of(self)

    def is_issued_by(self, issuer: Certificate) -> bool:
        """X509_check_issued: names and key identifiers agree; the signature is not looked at."""
        own, its = self._facts, issuer._facts
        if own is None or its is None or not its.may_sign or not self._has_issuer_name_of(issuer):
            return False
        if own.authority_key and its.subject_key and own.authority_key != its.subject_key:
            return False
        serial = own.authority_serial
        return serial is None or serial == issuer._certificate.serial_number

    def _has_issuer_name_of(self, issuer: Certificate) -> bool:
        """Whether X509_NAME_cmp takes the issuer's name for the subject of a certificate."""
        if issuer._subject_name is None:
            issuer._subject_name = issuer._certificate.subject
        name, subject = self._certificate.issuer, issuer._subject_name
        return name == subject or _canonical(name) == _canonical(subject)


def _text(name: Callable[[], x509.Name]) -> str:
    try:
        return name().rfc4514_string()
    except Exception:  # noqa: BLE001  (likewise)
        return "a name that cannot be read"


def _facts(certificate: x509.Certificate) -> _Facts:
    values: dict[str, Any] = {e.oid.dotted_string: e.value for e in certificate.extensions}
    access = values.get("1.3.6.1.5.5.7.1.1")
    features = values.get("1.3.6.1.5.5.7.1.24")
    constraints = values.get("2.5.29.19")
    subject_key = values.get("2.5.29.14")
    authority = values.get("2.5.29.35")
    usage = values.get("2.5.29.15")
    return _Facts(
        ocsp_uris=tuple(
            description.access_location.value
            for description in access or ()
            if description.access_method.dotted_string == _OCSP
            # A location can also be a name of another kind, which mod_ssl passes over.
            and type(description.access_location).__name__ == "UniformResourceIdentifier"
        ),
        must_staple=any(feature.name == "status_request" for feature in features or ()),
        is_ca=bool(constraints and constraints.ca),
        subject_key=subject_key.digest if subject_key else None,
        authority_key=authority.key_identifier if authority else None,
        authority_serial=authority.authority_cert_serial_number if authority else None,
        may_sign=usage is None or usage.key_cert_sign,
    )


@dataclass(frozen=True, slots=True)
class CertificateFile:
    """A PEM file.

    Attributes:
        path: where it is here.
        leaf: its first certificate.
        chain: those that follow.
        problem: why there is no leaf, or why the chain cannot be read.

    """

    path: str
    leaf: Certificate | None = None
    chain: tuple[Certificate, ...] = ()
    problem: Problem | None = None


class CertificateReader:
    """Reads certificate files, each once."""

    def __init__(self) -> None:
        self._files: dict[str, CertificateFile] = {}
        # An authority's certificate stands in the file of each host.
        self._certificates: dict[bytes, Certificate] = {}

    def read(self, path: str) -> CertificateFile:
        """The file at ``path``; what is wrong with it is in the result."""
        known = self._files.get(path)
        if known is None:
            known = self._files[path] = _read(path, self._certificates)
        return known

    def read_folder(self, path: str) -> list[Certificate] | None:
        """The certificates that SSLCACertificatePath finds: files named by hash and number.

        ``None`` where the folder is not here, or may not be read.
        """
        try:
            names = sorted(os.listdir(path))
        except OSError:
            return None
        hashed = [name for name in names if re.fullmatch(r"[0-9a-f]{8}\.[0-9]+", name)]
        files = [self.read(os.path.join(path, name)) for name in hashed]
        return [file.leaf for file in files if file.leaf]


def _read(path: str, known: dict[bytes, Certificate]) -> CertificateFile:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        missing = error.errno in (errno.ENOENT, errno.ENOTDIR)
        return CertificateFile(path, problem=Problem.MISSING if missing else Problem.UNREADABLE)
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            return CertificateFile(path, problem=Problem.NOT_A_FILE)
        data = os.read(handle, status.st_size) if status.st_size <= _LARGEST_FILE else b""
    except OSError:
        return CertificateFile(path, problem=Problem.UNREADABLE)
    finally:
        os.close(handle)
    if not status.st_size:
        return CertificateFile(path, problem=Problem.EMPTY)
    certificates: list[Certificate] = []
    problem = None
    for name, body in _pem_blocks(data):
        certificate = known.get(body)
        if certificate is None:
            try:
                certificate = known[body] = Certificate(_der(name, body))
            except ValueError:
                problem = Problem.DAMAGED
                break
        certificates.append(certificate)
    if not certificates:
        return CertificateFile(path, problem=problem or Problem.NO_CERTIFICATE)
    return CertificateFile(path, certificates[0], tuple(certificates[1:]), problem)


def _pem_blocks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and body of each certificate; one without an end reaches to the end of the file."""
    position = 0
    while (start := data.find(b"-----BEGIN ", position)) >= 0:
        behind = data.find(b"-----", start + 11)
        if behind < 0:
            return
        name = data[start + 11 : behind]
        position = behind + 5
        if name in _NAMES:
            end = data.find(b"-----END " + name + b"-----", position)
            if end < 0:
                end = len(data)
            yield name, data[position:end]
            position = end


def _der(name: bytes, body: bytes) -> bytes:
    """The DER of a block; raises ValueError where it is no base64.

    OpenSSL passes over white space, and over nothing else.
    """
    der = binascii.a2b_base64(body.translate(None, _WHITE_SPACE), strict_mode=True)
    # What OpenSSL appends to a trusted certificate is not part of its DER.
    return der[: der_length(der)] if name.startswith(b"TRUSTED") else der


def der_length(der: bytes) -> int:
    """Length in bytes of the first DER element."""
    if len(der) < 2:
        return len(der)
    length = der[1]
    if length < 0x80:
        return 2 + length
    count = length & 0x7F
    return 2 + count + int.from_bytes(der[2 : 2 + count], "big")


@cache
def _load() -> Callable[[bytes], x509.Certificate]:
    """The loader of cryptography, which takes 50 ms to import; most fragments name no file."""
    import warnings  # noqa: PLC0415

    from cryptography import x509  # noqa: PLC0415
    from cryptography.utils import CryptographyDeprecationWarning  # noqa: PLC0415

    # That a serial number is odd is for the authority to hear, not for an administrator.
    warnings.simplefilter("ignore", CryptographyDeprecationWarning)
    return x509.load_der_x509_certificate


def _canonical(name: x509.Name) -> tuple[tuple[tuple[str, str], ...], ...]:
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
