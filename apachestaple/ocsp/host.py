"""Host names and addresses in URLs."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

# Strict, because root loads firewall rules with these names.
_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9_.])?")


# A server or responder is asked for several times.
@lru_cache(maxsize=4096)
def is_address(host: str) -> bool:
    """Whether a host is an IPv4 or IPv6 address, with or without a zone."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_host(host: str) -> bool:
    """Whether a host is an address without a zone, or a valid name."""
    # A zone can be any text.
    return (is_address(host) and "%" not in host) or _NAME.fullmatch(host) is not None
