"""The values of SSLOpenSSLConfCmd, which OpenSSL checks when httpd starts.

Source: OpenSSL 1.1.1 to 3.6, ssl/ssl_conf.c. Names of ciphers, groups and signature algorithms
depend on the version and its providers, and are not listed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_VERSIONS = ("SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3", "DTLSv1", "DTLSv1.2")
# Compared with case.
_LIMITS = frozenset(("None", *_VERSIONS))
# Elements of lists that are compared without case, after a plus or minus sign.
_LISTS = {
    "protocol": frozenset(name.lower() for name in ("ALL", "SSLv2", *_VERSIONS)),
    "verifymode": frozenset(
        ("peer", "request", "require", "once", "requestposthandshake", "requireposthandshake")
    ),
    "options": frozenset(
        (
            *("sessionticket", "emptyfragments", "bugs", "compression", "serverpreference"),
            *("noresumptiononrenegotiation", "dhsingle", "ecdhsingle", "encryptthenmac"),
            *("unsafelegacyrenegotiation", "unsafelegacyserverconnect", "clientrenegotiation"),
            *("norenegotiation", "allownodhekex", "prefernodhekex", "prioritizechacha"),
            *("middleboxcompat", "antireplay", "extendedmastersecret", "canames", "ktls"),
            *("strictcertcheck", "txcertificatecompression", "rxcertificatecompression"),
            *("ktlstxzerocopysendfile", "ignoreunexpectedeof"),
        )
    ),
}


def unknown_value(words: Sequence[str]) -> str | None:
    """The value, or the first element of a list, that OpenSSL does not know; ``None`` if none."""
    if len(words) != 2:
        return None
    command, value = words[0].lower(), words[1]
    if command in ("minprotocol", "maxprotocol"):
        return None if value in _LIMITS else value
    names = _LISTS.get(command)
    if names is None:
        return None
    elements = (element.strip() for element in value.split(","))
    return next((each for each in elements if _name(each) not in names), None)


def _name(element: str) -> str:
    return (element[1:] if element.startswith(("+", "-")) else element).lower()
