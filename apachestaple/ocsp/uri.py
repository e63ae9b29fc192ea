"""URLs, parsed as httpd parses them. This differs from RFC 3986.

Source: uri/apr_uri.c of APR (apr_uri_parse); modules/ssl/ssl_util_stapling.c
(stapling_renew_response) and ssl_util_ocsp.c (send_request).
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from apachestaple.httpd.numbers import strtol
from apachestaple.ocsp.host import is_host

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
# Strict, so that every version of httpd and other programs parse it equally: no user, no path.
_PROXY = re.compile(r"http://(?:\[([0-9A-Fa-f:.]+)\]|([^:/?#@\[\]]+)):([0-9]{1,5})/?")
_AUTHORITY = re.compile(r"[^/?#]*")
# Defaults for an empty port, as in http://host:/ (apr_uri_port_of_scheme).
_PORTS = {"http": 80, "https": 443, "ftp": 21, "ldap": 389}


class Uri(NamedTuple):
    """The parts of a URL: ``None`` for a missing part, 0 for a missing port."""

    scheme: str | None
    host: str | None = None
    port: int = 0


class UrlProblem(StrEnum):
    """Why httpd cannot query a responder at a URL."""

    UNPARSED = "cannot be parsed"
    NO_SCHEME = "has no scheme"
    NOT_HTTP = "is not an http URL"
    NO_HOST = "names no host"

    @property
    def log_id(self) -> str:
        """The AH number that httpd logs when it tries the query."""
        return _LOG_IDS[self]


_LOG_IDS = {
    UrlProblem.UNPARSED: "AH01939",
    # strcmp() with a null pointer as scheme: the child process crashes.
    UrlProblem.NO_SCHEME: "AH00052",
    UrlProblem.NOT_HTTP: "AH01940",
    UrlProblem.NO_HOST: "AH01941",
}


def parse_uri(text: str) -> Uri | None:
    """The parts of a URL, or ``None`` if APR rejects it."""
    found = _SCHEME.match(text)
    scheme = found[1] if found else None
    rest = text[found.end() :] if found else text
    # Without a scheme, three slashes start a path.
    if not rest.startswith("//") or (scheme is None and rest.startswith("///")):
        # The first part of a relative path must not contain a colon.
        refused = scheme is None and not text.startswith("/") and ":" in text.partition("/")[0]
        return None if refused else Uri(scheme)
    authority = _AUTHORITY.match(rest, 2)
    return _with_host(scheme, authority[0] if authority else "")


def _with_host(scheme: str | None, authority: str) -> Uri | None:
    place = authority.rpartition("@")[2]
    if place.startswith("["):
        host, bracket, behind = place[1:].partition("]")
        if not bracket:
            return None
        colon, written = behind[:1] == ":", behind[1:]
    else:
        host, separator, written = place.partition(":")
        colon = bool(separator)
    if not colon:
        return Uri(scheme, host)
    if not written:
        return Uri(scheme, host, _PORTS.get(scheme or "", 0))
    number, further = strtol(written)
    return None if further else Uri(scheme, host, number & 0xFFFF)


@lru_cache(maxsize=1024)
def url_problem(url: str) -> UrlProblem | None:
    """Why mod_ssl cannot query a responder at this URL, or ``None``."""
    uri = parse_uri(url)
    if uri is None:
        return UrlProblem.UNPARSED
    if uri.scheme is None:
        return UrlProblem.NO_SCHEME
    if uri.scheme != "http":
        return UrlProblem.NOT_HTTP
    return None if uri.host else UrlProblem.NO_HOST


def proxy_problem(url: str) -> str | None:
    """Why mod_ssl cannot use this SSLOCSPProxyURL, or ``None``.

    httpd rejects a URL that cannot be parsed while it reads the configuration.
    """
    uri = parse_uri(url)
    if uri is None:
        return UrlProblem.UNPARSED.value
    if not uri.host:
        return UrlProblem.NO_HOST.value
    # Unlike a responder's, the port of a proxy has no default.
    return None if uri.port else "has no port, and httpd has no default port for a proxy"


def proxy_place(url: str) -> tuple[str, int]:
    """Host and port of the proxy URL of a command line.

    Raises:
        ValueError: httpd cannot use this URL; the message shows a valid one.

    """
    found = _PROXY.fullmatch(url)
    if found is not None:
        host, port = found[1] or found[2], int(found[3])
        if is_host(host) and 0 < port < 65536:
            return host, port
    raise ValueError(f"takes a URL like http://proxy.example.com:3128, not {url!r}")
