"""What can stand for a host: an address or a name."""

from __future__ import annotations

import ipaddress
import re

# A rule that root loads takes a name and nothing else.
_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9_.])?")


def is_address(host: str) -> bool:
    """Whether a host is an IPv4 or IPv6 address, with a zone or without, and not a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_host(host: str) -> bool:
    """Whether a host is an address without a zone or can be a name."""
    # A zone can be any text.
    return (is_address(host) and "%" not in host) or _NAME.fullmatch(host) is not None
