"""Whether a private key is there, and belongs to its certificate.

Nothing of a key is shown, logged or kept. Source: modules/ssl/ssl_engine_init.c
(ssl_init_server_certs), ssl_engine_config.c (ssl_cmd_SSLCertificateKeyFile).
"""

from __future__ import annotations

import binascii
import os
import re
import stat
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apachestaple.certificates.certificate import Certificate

# Nobody's key. Bytes.
_LARGEST_FILE = 1024 * 1024
_PRIVATE_KEY = re.compile(rb"-----BEGIN ([A-Z ]*PRIVATE KEY)-----(.*?)-----END \1-----", re.DOTALL)
_WHITE_SPACE = b" \t\r\n\v\f"


class KeyProblem(StrEnum):
    """Why a key file is of no use to httpd, or to us."""

    MISSING = "missing"
    EMPTY = "empty"
    NO_KEY = "no-key"
    OTHER_CERTIFICATE = "other-certificate"
    # We may not read it, or it wants a pass phrase: nothing can be said.
    UNKNOWN = "unknown"


class KeyReader:
    """Compares private keys with certificates."""

    def __init__(self) -> None:
        # A part of each key that stands in a certificate, too, and so is public.
        self._public_parts: dict[str, bytes] = {}

    def problem(self, path: str, leaf: Certificate) -> KeyProblem | None:
        """What is wrong with the key at ``path`` for a certificate, or ``None``."""
        known = self._public_parts.get(path)
        if known is not None and known in leaf.der:
            return None
        block = _private_key(path)
        if isinstance(block, KeyProblem):
            return block
        part = _part_in(block, leaf.der)
        if part is not None:
            self._public_parts[path] = part
            return None
        return _compared(block, leaf)


def _private_key(path: str) -> re.Match[bytes] | KeyProblem:
    """The first private key of a PEM file."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return KeyProblem.MISSING
    except OSError:
        return KeyProblem.UNKNOWN
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            return KeyProblem.MISSING
        data = os.read(handle, min(status.st_size, _LARGEST_FILE))
    except OSError:
        return KeyProblem.UNKNOWN
    finally:
        os.close(handle)
    if not data:
        return KeyProblem.EMPTY
    return _PRIVATE_KEY.search(data) or KeyProblem.NO_KEY


def _part_in(block: re.Match[bytes], certificate: bytes) -> bytes | None:
    """A part of the key that stands in a certificate, found without parsing either.

    A key of an elliptic curve ends with its public point; an RSA key of 2048 bits or more has its
    modulus where the second slice is cut from.
    """
    try:
        der = binascii.a2b_base64(block[2].translate(None, _WHITE_SPACE), strict_mode=True)
    except binascii.Error:
        return None
    parts = (der[-64:], der[64:192])
    return next((part for part in parts if len(part) >= 64 and part in certificate), None)


def _compared(block: re.Match[bytes], leaf: Certificate) -> KeyProblem | None:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

    try:
        key = serialization.load_pem_private_key(
            block[0], None, unsafe_skip_rsa_key_validation=True
        )
        same = key.public_key() == leaf.public_key
    except (TypeError, UnsupportedAlgorithm):
        return KeyProblem.UNKNOWN
    except ValueError:
        return KeyProblem.NO_KEY
    return None if same else KeyProblem.OTHER_CERTIFICATE
