"""Files of certificate revocation lists (CRLs), which may have certificates as well."""

from __future__ import annotations

import binascii
from enum import StrEnum
from typing import TYPE_CHECKING

from apachestaple.certificates.pem import LARGEST_FILE, Problem
from apachestaple.filesystem.reading import NotAFileError, TooLargeError, read_file

if TYPE_CHECKING:
    from apachestaple.certificates.pem import CertificateReader

_BEGIN, _END = b"-----BEGIN X509 CRL-----", b"-----END X509 CRL-----"


class CrlProblem(StrEnum):
    """Why OpenSSL cannot load a file of CRLs."""

    NO_CRL = "no-crl"
    DAMAGED = "damaged-crl"


def crl_problem(path: str, reader: CertificateReader) -> CrlProblem | None:
    """Why OpenSSL cannot load a file (X509_load_cert_crl_file); ``None`` if it can, or is not here.

    A CRL is damaged if its block has no end or is not base64. Its DER is not parsed.
    """
    problem = reader.read(path).problem
    if problem is Problem.DAMAGED:
        return CrlProblem.DAMAGED
    if problem not in (None, Problem.NO_CERTIFICATE):
        return None
    try:
        _, *crls = read_file(path, LARGEST_FILE).split(_BEGIN)
    except (OSError, NotAFileError, TooLargeError):
        return None
    if not all(map(_is_base64, crls)):
        return CrlProblem.DAMAGED
    return CrlProblem.NO_CRL if problem and not crls else None


def _is_base64(block: bytes) -> bool:
    """Whether what follows the first line of a CRL is base64 up to the last line of a CRL."""
    body, end, _ = block.partition(_END)
    try:
        return bool(end and binascii.a2b_base64(b"".join(body.split()), strict_mode=True))
    except binascii.Error:
        return False
