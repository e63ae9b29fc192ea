"""Checks with OpenSSL, which httpd uses, certificates that cryptography rejects."""

from __future__ import annotations


def openssl_reads(der: bytes) -> bool:
    """Whether OpenSSL accepts ``der`` as a certificate.

    cryptography is stricter, and rejects unusual dates and empty country codes, for example.
    """
    from OpenSSL import crypto  # noqa: PLC0415  (it takes 30 ms, and is hardly ever needed)

    try:
        crypto.load_certificate(crypto.FILETYPE_ASN1, der)
    except (crypto.Error, ValueError):
        return False
    return True
