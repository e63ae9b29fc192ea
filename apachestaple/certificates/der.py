"""Elements of DER: their lengths, and the issuer's name in a certificate."""

from __future__ import annotations

_VERSION = 0xA0


def der_length(der: bytes) -> int:
    """Length in bytes of the first element; more than there is if it is cut off."""
    return _end(der, 0) if len(der) > 1 else len(der)


def issuer_der(certificate: bytes) -> bytes:
    """The name of the issuer in the DER of a certificate, which must be valid."""
    # Certificate ::= SEQUENCE { SEQUENCE { [version], serial number, signature algorithm, issuer
    position = _content(certificate, _content(certificate, 0))
    if certificate[position] == _VERSION:
        position = _end(certificate, position)
    position = _end(certificate, _end(certificate, position))
    return certificate[position : _end(certificate, position)]


def _content(der: bytes, position: int) -> int:
    """The position of the content of the element at ``position``."""
    length = der[position + 1]
    return position + 2 + (length & 0x7F if length >= 0x80 else 0)


def _end(der: bytes, position: int) -> int:
    """The position after the element at ``position``."""
    length = der[position + 1]
    if length < 0x80:
        return position + 2 + length
    content = position + 2 + (length & 0x7F)
    return content + int.from_bytes(der[position + 2 : content], "big")
