"""Whether clients trust a chain: OpenSSL's result of the handshake, in words.

OpenSSL decides, and not `cryptography.x509.verification`: the latter follows the rules of the Web
PKI, and rejects the authorities of many organisations, which all clients with OpenSSL accept.

Source: openssl/x509_vfy.h, and X509_verify_cert_error_string in crypto/x509/x509_txt.c.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.certificates.strength import weakest

if TYPE_CHECKING:
    from apachestaple.probing.served import Served

# The default level of OpenSSL in most distributions.
_SECURITY_LEVEL = 2
_NOT_YET_VALID, _EXPIRED = 9, 10
_NO_ISSUER = (2, 20, 21, 27)
_TEXTS = {
    7: "has a signature that is not valid",
    9: "is not valid yet",
    10: "has expired",
    18: "is self-signed, and not trusted",
    19: "is signed by a root certificate that is not trusted",
    22: "is part of a chain that is too long",
    23: "is revoked",
    24: "is not allowed to issue certificates",
    25: "is part of a chain that is longer than one of its authorities allows",
    26: "is not for TLS servers",
    28: "is rejected by the list of trusted authorities",
    32: "is not allowed to sign certificates",
    34: "has a critical extension that OpenSSL does not know",
    47: "has a name that one of its authorities may not certify",
    48: "has a name that one of its authorities may not certify",
    79: "is not allowed to issue certificates",
}


def problem_of_chain(served: Served) -> str | None:
    """Why OpenSSL does not trust the chain, or ``None``.

    The dates of certificates that are understood are not part of it.
    """
    for code, depth in served.unverified:
        if code in (_NOT_YET_VALID, _EXPIRED) and depth < len(served.built):
            continue
        if code in _NO_ISSUER:
            return _without_issuer(served)
        what = "a CA certificate of the chain" if depth else "the certificate"
        text = _TEXTS.get(code, f"is rejected by OpenSSL (verification error {code})")
        return f"{what} {text}"
    return _too_weak(served)


def _too_weak(served: Served) -> str | None:
    """What OpenSSL rejects by default; `TlsClient` accepts it, so that it can be judged."""
    found = weakest(served.built, _SECURITY_LEVEL)
    if found is None:
        return None
    certificate, weak = found
    what = f"the CA certificate {certificate.subject}"
    if certificate is served.built[0]:
        what = "the certificate"
    return f"{what} has {weak.text}, which many clients reject"


def _without_issuer(served: Served) -> str:
    last = served.chain[-1]
    if len(served.chain) == 1:
        return (
            f"the chain is not complete: the server sends only its certificate, and its issuer "
            f"{last.issuer} is not trusted"
        )
    return f"the chain is not trusted: the issuer {last.issuer} of the last certificate is unknown"
