"""Checks that a private key exists and belongs to its certificate.

Nothing of a key is shown, logged or stored. Source: modules/ssl/ssl_engine_init.c
(ssl_init_server_certs), ssl_engine_config.c (ssl_cmd_SSLCertificateKeyFile).
"""

from __future__ import annotations

import binascii
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.filesystem.reading import NotAFileError, read_file
from apachestaple.lazy import pattern

if TYPE_CHECKING:
    from apachestaple.certificates.certificate import Certificate

# The largest key file in bytes; real keys are much smaller.
_LARGEST_FILE = 1024 * 1024
_BEGIN = pattern(rb"-----BEGIN ((?:[A-Z]+ ){0,3}PRIVATE KEY)-----")
_WHITE_SPACE = b" \t\r\n\v\f"


class KeyProblem(StrEnum):
    """Why httpd cannot use a key file, or why it was not checked."""

    MISSING = "missing"
    EMPTY = "empty"
    NO_KEY = "no-key"
    OTHER_CERTIFICATE = "other-certificate"
    # It needs a pass phrase, so it is not compared.
    ENCRYPTED = "encrypted"
    # We have no permission to read it, or cryptography does not support its type.
    UNKNOWN = "unknown"


class _Block(NamedTuple):
    """A private key in PEM: the whole block, and its base64 text."""

    pem: bytes
    body: bytes


class KeyReader:
    """Compares private keys with certificates."""

    def __init__(self) -> None:
        # A public part of each key, which its certificate contains as well.
        self._public_parts: dict[str, bytes] = {}
        # Files without a key that can be compared.
        self._problems: dict[str, KeyProblem] = {}

    def problem(self, path: str, leaf: Certificate) -> KeyProblem | None:
        """The problem of the key at ``path`` for a certificate, or ``None``."""
        known = self._public_parts.get(path)
        if known is not None and known in leaf.der:
            return None
        if path in self._problems:
            return self._problems[path]
        block = _private_key(path)
        if isinstance(block, KeyProblem):
            self._problems[path] = block
            return block
        part = _part_in(block, leaf.der)
        if part is not None:
            self._public_parts[path] = part
            return None
        return _compared(block, leaf)


def _private_key(path: str) -> _Block | KeyProblem:
    """The first private key of a PEM file."""
    try:
        data = read_file(path, _LARGEST_FILE)
    except (FileNotFoundError, NotADirectoryError, NotAFileError):
        return KeyProblem.MISSING
    except OSError:
        return KeyProblem.UNKNOWN
    if not data:
        return KeyProblem.EMPTY
    begin = _BEGIN().search(data)
    end = begin and data.find(b"-----END " + begin[1] + b"-----", begin.end())
    if not begin or end is None or end < 0:
        return KeyProblem.NO_KEY
    # The label of PKCS #8, and a header of OpenSSL's own format.
    if begin[1].startswith(b"ENCRYPTED") or b"4,ENCRYPTED" in data[begin.end() : end]:
        return KeyProblem.ENCRYPTED
    pem = data[begin.start() : end + len(begin[0]) - len(b"BEGIN") + len(b"END")]
    return _Block(pem, data[begin.end() : end])


def _part_in(block: _Block, certificate: bytes) -> bytes | None:
    """A part of the key that a certificate contains as well, found without parsing either.

    An EC key ends with its public point. An RSA key of 2048 bits or more has its modulus at the
    place of the second slice.
    """
    try:
        der = binascii.a2b_base64(block.body.translate(None, _WHITE_SPACE), strict_mode=True)
    except binascii.Error:
        return None
    parts = (der[-64:], der[64:192])
    return next((part for part in parts if len(part) >= 64 and part in certificate), None)


def _compared(block: _Block, leaf: Certificate) -> KeyProblem | None:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

    try:
        key = serialization.load_pem_private_key(
            block.pem, None, unsafe_skip_rsa_key_validation=True
        )
        same = key.public_key() == leaf.public_key
    except (TypeError, UnsupportedAlgorithm):
        return KeyProblem.UNKNOWN
    except ValueError:
        return KeyProblem.NO_KEY
    return None if same else KeyProblem.OTHER_CERTIFICATE
