"""Table of OCSP responders that were switched off."""

from __future__ import annotations

from datetime import date
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit


class SwitchedOff(NamedTuple):
    """A group of responders.

    Attributes:
        hosts: pattern of the host names; ``*`` matches any text.
        authority: the certificate authority.
        since: the day when they were switched off.
        source: URL of the announcement.

    """

    hosts: str
    authority: str
    since: date
    source: str


SWITCHED_OFF = (
    SwitchedOff(
        "*.o.lencr.org",
        "Let's Encrypt",
        date(2025, 8, 6),
        "https://letsencrypt.org/2024/12/05/ending-ocsp",
    ),
)


@lru_cache(maxsize=1024)
def switched_off(url: str) -> SwitchedOff | None:
    """The group of the responder at ``url``, or ``None`` if it was not switched off."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return None
    return next((entry for entry in SWITCHED_OFF if fnmatchcase(host, entry.hosts)), None)
