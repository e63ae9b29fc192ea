"""Parses addresses of <VirtualHost> and Listen.

Source: server/vhost.c (get_addresses), server/listen.c (ap_setup_listeners).
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv6Address
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.httpd.numbers import atoi, strtol

if TYPE_CHECKING:
    from apachestaple.httpd.configuration import Directive

# The address of a host without address, and the one that a Listen without address binds. The latter
# is the first address of the system, which is an IPv6 address if IPv6 is available.
_ANY_HOST = frozenset({"0.0.0.0", "::"})  # noqa: S104  (compared, not bound)
_ANY_LISTEN = "::"

_DIGITS = re.compile("[0-9]+")


class Address(NamedTuple):
    """An address of a <VirtualHost> or a Listen; an empty host or port 0 stands for any."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host or "*"
        return f"{host}:{self.port or '*'}"


def parse_address(word: str) -> Address:
    """Parse an address of a <VirtualHost>."""
    host, colon, port = word.rpartition(":")
    if not colon or "]" in port:
        host, port = word, ""
    host = host.strip("[]").lower()
    if host in ("*", "_default_"):
        host = ""
    return Address(host, _port(port))


@lru_cache(maxsize=256)
def address_problem(word: str) -> str | None:
    """The message of httpd about an address of <VirtualHost>, or ``None`` (get_addresses)."""
    invalid = "The address or port is invalid"
    if word == ":*":
        return invalid
    parsed = parse_addr_port(word.removesuffix(":*"))
    if parsed is None:
        return invalid
    host, _ = parsed
    return "Missing address for VirtualHost" if host is None else None


def parse_addr_port(text: str) -> tuple[str | None, int] | None:
    """Host and port as APR parses them (apr_parse_addr_port); ``None`` where it refuses them.

    The host is ``None`` if the text is a port alone, the port 0 if there is none.
    """
    if _DIGITS.fullmatch(text):
        return (None, atoi(text)) if _is_port(text) else None
    host, port = text, 0
    before, colon, digits = text.rpartition(":")
    if colon and _DIGITS.fullmatch(digits):
        if not before or not _is_port(digits):
            return None
        host, port = before, atoi(digits)
    if not host.startswith("["):
        return host, port
    address, _, zone = host[1:-1].partition("%")
    is_complete = host.endswith("]") and (zone or "%" not in host)
    return (host[1:-1], port) if is_complete and _is_ipv6(address) else None


def _is_port(digits: str) -> bool:
    return 0 < atoi(digits) < 65536


def _is_ipv6(address: str) -> bool:
    try:
        IPv6Address(address)
    except ValueError:
        return False
    return True


def parse_listen(directive: Directive) -> tuple[Address, str] | None:
    """Address and protocol of a Listen; ``None`` if it has none."""
    words = directive.arguments
    if not words:
        return None
    address = parse_address(words[0])
    if ":" not in words[0] and words[0].isascii() and words[0].isdigit():
        address = Address("", _port(words[0]))
    protocol = words[1].lower() if len(words) > 1 else ("https" if address.port == 443 else "http")
    return address, protocol


def is_https(address: Address, listens: list[tuple[Address, str]]) -> bool | None:
    """Whether the first Listen with this address uses https; ``None`` if there is none."""
    hosts = {address.host} if address.host else _ANY_HOST
    for listen, protocol in listens:
        if listen.port == address.port and (listen.host or _ANY_LISTEN) in hosts:
            return protocol == "https"
    return None


def _port(text: str) -> int:
    number, rest = strtol(text)
    return number if not rest and 0 < number < 65536 else 0
