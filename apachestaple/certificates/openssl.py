"""Asks OpenSSL, which httpd uses, about certificates that cryptography refuses."""

from __future__ import annotations


def openssl_reads(der: bytes) -> bool:
    """Whether OpenSSL takes ``der`` for a certificate.

    cryptography is stricter: it refuses odd dates, empty country codes and the like.
    """
    from OpenSSL import crypto  # noqa: PLC0415  (it takes 30 ms, and is hardly ever needed)

    try:
        crypto.load_certificate(crypto.FILETYPE_ASN1, der)
    except (crypto.Error, ValueError):
        return False
    return True
