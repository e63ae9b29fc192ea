"""A response for several certificates, which cryptography's builder does not make."""

from collections.abc import Iterator

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_BIT_STRING, _OCTET_STRING, _SEQUENCE, _EXPLICIT = 0x03, 0x04, 0x30, 0xA0


def joined(first: bytes, second: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
    """The second OCSP response (DER) with the single responses of both, signed with ``key``.

    The names are those of RFC 6960, 4.2.1.
    """
    status, response_bytes = _parts(second)
    (body,) = _parts(response_bytes)
    response_type, response = _parts(body)
    data, algorithm, _, *certificates = _parts(_basic(response))
    responder, produced_at, singles, *extensions = _parts(data)
    singles = _tlv(_SEQUENCE, *_singles(first), *_parts(singles))
    data = _tlv(_SEQUENCE, responder, produced_at, singles, *extensions)
    signature = _tlv(_BIT_STRING, b"\0", key.sign(data, ec.ECDSA(hashes.SHA256())))
    response = _tlv(_OCTET_STRING, _tlv(_SEQUENCE, data, algorithm, signature, *certificates))
    body = _tlv(_SEQUENCE, response_type, response)
    return _tlv(_SEQUENCE, status, _tlv(_EXPLICIT, body))


def _singles(response: bytes) -> list[bytes]:
    _, response_bytes = _parts(response)
    (body,) = _parts(response_bytes)
    data, *_ = _parts(_basic(_parts(body)[1]))
    return _parts(_parts(data)[2])


def _basic(response: bytes) -> bytes:
    """The BasicOCSPResponse in an OCTET STRING."""
    (basic,) = _parts(response)
    return basic


def _parts(der: bytes) -> list[bytes]:
    """The values, with tag and length, that the value of a tag and length consists of."""
    begin, end = _value(der, 0)
    return list(_values(der, begin, end))


def _values(der: bytes, place: int, end: int) -> Iterator[bytes]:
    while place < end:
        _, after = _value(der, place)
        yield der[place:after]
        place = after


def _value(der: bytes, place: int) -> tuple[int, int]:
    """Where the value of the tag at ``place`` begins and ends."""
    length, begin = der[place + 1], place + 2
    if length & 0x80:
        count = length & 0x7F
        length, begin = int.from_bytes(der[begin : begin + count]), begin + count
    return begin, begin + length


def _tlv(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8 or 1)
    head = length if len(content) < 0x80 else bytes([0x80 | len(length)]) + length
    return bytes([tag]) + head + content
