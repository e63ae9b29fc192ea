"""Certificate files: the leaf, what follows it, and what stapling needs of them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from datetime import datetime

    from cryptography import x509

_Extension = TypeVar("_Extension", bound="x509.ExtensionType")

# PEM_read_bio_X509 takes these three names.
_PEM = re.compile(
    rb"-----BEGIN (?P<name>(?:X509 |TRUSTED )?CERTIFICATE)-----(?P<body>.*?)"
    rb"(?:-----END (?P=name)-----|\Z)",
    re.DOTALL,
)


class Problem(StrEnum):
    """Why a certificate file is of no use to httpd, or to us."""

    MISSING = "missing"
    EMPTY = "empty"
    NOT_A_FILE = "not-a-file"
    UNREADABLE = "unreadable"
    NO_CERTIFICATE = "no-certificate"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is known of one certificate.

    Attributes:
        subject, issuer: distinguished names in the form of RFC 4514.
        sha1: of the DER; mod_ssl's key in the cache.
        ocsp_uris: all OCSP URIs of the authority information access, in order.
        must_staple: whether it has the TLS feature status_request (RFC 7633).
        not_before, not_after: its validity, UTC.
        is_ca: whether basic constraints say so.

    """

    subject: str
    issuer: str
    sha1: bytes
    ocsp_uris: tuple[str, ...]
    must_staple: bool
    not_before: datetime
    not_after: datetime
    is_ca: bool
    _names: tuple[object, object] = field(repr=False)
    _key_ids: tuple[bytes | None, bytes | None] = field(repr=False)
    _authority_serial: tuple[int | None, int] = field(repr=False)
    _may_sign: bool = field(repr=False)

    @property
    def common_name(self) -> str:
        """The CN of its subject, or the whole subject where there is none."""
        found = re.search(r"(?:^|,)CN=((?:\\.|[^,\\])+)", self.subject)
        return found[1] if found else self.subject

    @property
    def is_self_signed(self) -> bool:
        """Whether its issuer's name is its own."""
        return self._names[0] == self._names[1]

    def is_issued_by(self, issuer: Certificate) -> bool:
        """X509_check_issued: names and key identifiers agree; the signature is not looked at."""
        if self._names[1] != issuer._names[0]:
            return False
        authority_key, subject_key = self._key_ids[1], issuer._key_ids[0]
        if authority_key is not None and subject_key is not None and authority_key != subject_key:
            return False
        authority_serial = self._authority_serial[0]
        if authority_serial is not None and authority_serial != issuer._authority_serial[1]:
            return False
        return issuer._may_sign


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

    def read_folder(self, path: str) -> list[Certificate]:
        """The certificates that SSLCACertificatePath finds: files named by hash and number."""
        try:
            names = sorted(os.listdir(path))
        except OSError:
            return []
        hashed = [name for name in names if re.fullmatch(r"[0-9a-f]{8}\.[0-9]+", name)]
        files = [self.read(os.path.join(path, name)) for name in hashed]
        return [file.leaf for file in files if file.leaf]


def _read(path: str, known: dict[bytes, Certificate]) -> CertificateFile:
    try:
        if not os.path.isfile(path):
            missing = not os.path.exists(path)
            return CertificateFile(path, problem=Problem.MISSING if missing else Problem.NOT_A_FILE)
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return CertificateFile(path, problem=Problem.UNREADABLE)
    if not data:
        return CertificateFile(path, problem=Problem.EMPTY)
    certificates: list[Certificate] = []
    problem = None
    for block in _PEM.finditer(data):
        certificate = known.get(block[0])
        if certificate is None:
            try:
                certificate = known[block[0]] = _certificate(block["name"], block["body"])
            except ValueError:
                problem = Problem.DAMAGED
                break
        certificates.append(certificate)
    if not certificates:
        return CertificateFile(path, problem=problem or Problem.NO_CERTIFICATE)
    return CertificateFile(path, certificates[0], tuple(certificates[1:]), problem)


def _certificate(name: bytes, body: bytes) -> Certificate:
    import base64  # noqa: PLC0415

    from cryptography import x509  # noqa: PLC0415  (40 ms, and most fragments name no certificate)

    # No checking of the alphabet: OpenSSL, too, passes over white space only.
    compact = re.sub(rb"\s", b"", body)
    der = base64.b64decode(compact, validate=True)
    if name.startswith(b"TRUSTED"):
        # What OpenSSL appends to a trusted certificate is not part of its DER.
        der = der[: _der_length(der)]
    return _describe(x509.load_der_x509_certificate(der), der)


def _der_length(der: bytes) -> int:
    """Length in bytes of the first DER element."""
    if len(der) < 2:
        return len(der)
    length = der[1]
    if length < 0x80:
        return 2 + length
    count = length & 0x7F
    return 2 + count + int.from_bytes(der[2 : 2 + count], "big")


def _describe(certificate: x509.Certificate, der: bytes) -> Certificate:
    import hashlib  # noqa: PLC0415  (it loads OpenSSL, 5 ms)

    from cryptography import x509  # noqa: PLC0415
    from cryptography.x509.oid import AuthorityInformationAccessOID  # noqa: PLC0415

    extensions = _Extensions(certificate)
    access = extensions.value(x509.AuthorityInformationAccess)
    uris = tuple(
        description.access_location.value
        for description in access or ()
        if description.access_method == AuthorityInformationAccessOID.OCSP
        and isinstance(description.access_location, x509.UniformResourceIdentifier)
    )
    features = extensions.value(x509.TLSFeature)
    constraints = extensions.value(x509.BasicConstraints)
    subject_key = extensions.value(x509.SubjectKeyIdentifier)
    authority = extensions.value(x509.AuthorityKeyIdentifier)
    usage = extensions.value(x509.KeyUsage)
    return Certificate(
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        sha1=hashlib.sha1(der, usedforsecurity=False).digest(),
        ocsp_uris=uris,
        must_staple=bool(features and x509.TLSFeatureType.status_request in features),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        is_ca=bool(constraints and constraints.ca),
        _names=(_canonical(certificate.subject), _canonical(certificate.issuer)),
        _key_ids=(
            subject_key.digest if subject_key else None,
            authority.key_identifier if authority else None,
        ),
        _authority_serial=(
            authority.authority_cert_serial_number if authority else None,
            certificate.serial_number,
        ),
        _may_sign=usage is None or usage.key_cert_sign,
    )


class _Extensions:
    """The extensions of a certificate; one that cannot be parsed is as good as none."""

    def __init__(self, certificate: x509.Certificate) -> None:
        try:
            self._extensions: x509.Extensions | None = certificate.extensions
        except ValueError:
            self._extensions = None

    def value(self, kind: type[_Extension]) -> _Extension | None:
        from cryptography.x509 import ExtensionNotFound  # noqa: PLC0415

        if self._extensions is None:
            return None
        try:
            return self._extensions.get_extension_for_class(kind).value
        except ExtensionNotFound:
            return None


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
