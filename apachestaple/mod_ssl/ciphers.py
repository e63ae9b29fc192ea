"""Lists of ciphers, as far as it can be told without OpenSSL whether they select any.

Source: ssl/ssl_ciph.c of OpenSSL (cipher_aliases, ssl_cipher_process_rulestr,
SSL_CTX_set_ciphersuites). A word counts as known if any version of OpenSSL may know it.
"""

from __future__ import annotations

import re

_GROUPS = frozenset(
    {
        *("DEFAULT", "ALL", "COMPLEMENTOFALL", "COMPLEMENTOFDEFAULT", "HIGH", "MEDIUM", "LOW"),
        *("kRSA", "aRSA", "RSA", "kDHr", "kDHd", "kDH", "kDHE", "kEDH", "DH", "DHE", "EDH"),
        *("kEECDH", "kECDHE", "ECDH", "ECDHE", "EECDH", "kECDHr", "kECDHe", "kECDH", "aECDH"),
        *("aDSS", "DSS", "aDH", "aECDSA", "ECDSA", "TLSv1.2", "TLSv1.0", "TLSv1", "SSLv3", "SSLv2"),
        *("AES128", "AES256", "AES", "AESGCM", "AESCCM", "AESCCM8", "ARIA128", "ARIA256", "ARIA"),
        *("ARIAGCM", "CAMELLIA128", "CAMELLIA256", "CAMELLIA", "CHACHA20", "3DES", "DES", "RC4"),
        *("RC2", "IDEA", "SEED", "MD5", "SHA1", "SHA", "SHA256", "SHA384", "aGOST", "aGOST01"),
        *("aGOST12", "kGOST", "kGOST18", "GOST94", "GOST89MAC", "GOST12", "PSK", "kPSK", "aPSK"),
        *("kECDHEPSK", "kDHEPSK", "kRSAPSK", "SRP", "kSRP", "aSRP", "FIPS", "CBC"),
        *("SUITEB128", "SUITEB128ONLY", "SUITEB128C2", "SUITEB192"),
    }
)
# mod_ssl excludes these from every list (ssl_cmd_SSLCipherSuite).
_EXCLUDED = frozenset({"aNULL", "eNULL", "NULL", "ADH", "AECDH", "EXP", "EXPORT"})
# What names of ciphers consist of.
_PARTS = frozenset(
    {
        *("ECDHE", "ECDH", "DHE", "DH", "EDH", "ADH", "AECDH", "RSA", "ECDSA", "DSS", "PSK", "SRP"),
        *("AES128", "AES256", "ARIA128", "ARIA256", "CAMELLIA128", "CAMELLIA256", "CHACHA20"),
        *("POLY1305", "GCM", "CCM", "CCM8", "CBC", "CBC3", "DES", "3DES", "EDE", "RC4", "RC2"),
        *("SEED", "IDEA", "SHA", "SHA256", "SHA384", "MD5", "AES", "128", "256", "GOST2001"),
        *("GOST2012", "GOST89", "GOST8912", "KUZNYECHIK", "MAGMA", "OMAC", "CTR", "IANA"),
    }
)
_TLS13 = re.compile(r"TLS_(?:AES|CHACHA20|SM4|SHA)[A-Z0-9_]*")
_SEPARATORS = re.compile(r"[: ,;]+")


def selects_none(suite: str) -> bool:
    """Whether a list of ciphers up to TLS 1.2 selects none."""
    return not any(map(_may_select, _SEPARATORS.split(suite)))


def tls13_selects_none(suite: str) -> bool:
    """Whether a list of ciphers of TLS 1.3 selects none; other words in it are ignored."""
    return not any(map(_TLS13.fullmatch, suite.split(":")))


def _may_select(word: str) -> bool:
    # A command such as @SECLEVEL=1 may follow without a separator.
    word = word.partition("@")[0]
    if word[:1] in ("", "!", "-", "+"):
        return False
    if word.startswith(("PROFILE=", "0x")):
        return True
    return all(map(_is_known, word.split("+")))


def _is_known(name: str) -> bool:
    if name in _GROUPS:
        return True
    parts = name.split("-")
    return len(parts) > 1 and name not in _EXCLUDED and _PARTS.issuperset(parts)
