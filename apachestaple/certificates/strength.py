"""The highest security level of OpenSSL that a certificate satisfies.

Source: OpenSSL 3, ssl/t1_lib.c (ssl_security_cert), ssl/ssl_cert.c (ssl_security_default_callback),
crypto/x509/x509_set.c (x509_sig_info_init), crypto/rsa/rsa_lib.c
(ossl_ifc_ffc_compute_security_bits).
"""

from __future__ import annotations

from functools import lru_cache
from math import log
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from apachestaple.certificates.certificate import Certificate

# Bits of security that levels 0 to 5 require.
_REQUIRED = (0, 80, 112, 128, 192, 256)
# Digests whose security is less than half of their length.
_DIGESTS = {"md5": 39, "sha1": 63}


class Weakness(NamedTuple):
    """A property that is too weak for a security level.

    Attributes:
        text: such as ``an RSA key of 1024 bits``.
        highest: the highest level that it satisfies.
        is_key: whether it is the key; versions of OpenSSL differ about signatures.

    """

    text: str
    highest: int
    is_key: bool = True


def weakness(certificate: Certificate, level: int) -> Weakness | None:
    """The property of a certificate that OpenSSL rejects at a security level, or ``None``.

    Keys and signatures that cryptography does not support are not judged. The signature of a
    self-signed certificate is not checked.
    """
    if level <= 2 and certificate.is_strong:
        return None
    found = [_key(certificate)]
    if not certificate.is_self_signed:
        found.append(_signature(certificate))
    return next((each for each in found if each and each.highest < level), None)


@lru_cache(maxsize=64)
def weakest(chain: tuple[Certificate, ...], level: int) -> tuple[Certificate, Weakness] | None:
    """The first certificate of a chain, which many hosts have, that is too weak."""
    for certificate in chain:
        found = weakness(certificate, level)
        if found is not None:
            return certificate, found
    return None


def _key(certificate: Certificate) -> Weakness | None:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa  # noqa: PLC0415

    try:
        key = certificate.public_key
    except (UnsupportedAlgorithm, ValueError):
        return None
    if isinstance(key, rsa.RSAPublicKey | dsa.DSAPublicKey):
        name = "an RSA" if isinstance(key, rsa.RSAPublicKey) else "a DSA"
        return Weakness(f"{name} key of {key.key_size} bits", _level(_factoring(key.key_size)))
    if isinstance(key, ec.EllipticCurvePublicKey):
        return Weakness(f"an EC key of {key.key_size} bits", _level(key.key_size // 2))
    return None


def _signature(certificate: Certificate) -> Weakness | None:
    digest = certificate.signature_digest
    if digest is None:
        return None
    name, bits = digest
    return Weakness(
        f"a signature with {name.upper()}", _level(_DIGESTS.get(name, bits // 2)), is_key=False
    )


def _level(bits: int) -> int:
    return max(level for level, required in enumerate(_REQUIRED) if bits >= required)


def _factoring(size: int) -> int:
    """Bits of security of a modulus, by the formula of SP 800-56B, appendix D."""
    if size < 8:
        return 0
    natural = size * log(2)
    bits = (1.923 * (natural * log(natural) ** 2) ** (1 / 3) - 4.69) / log(2)
    return min(int(bits) + 4, 1200) & ~7
