"""OCSP responders that no longer answer, by date and source. A new one is a new line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from functools import lru_cache
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class SwitchedOff:
    """A group of responders.

    Attributes:
        hosts: host name, with ``*`` for any part.
        authority: whose they were.
        since: the day on which they were switched off.
        source: where it was announced.

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
    """What is known of the responder at ``url``, if it is one of these."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return None
    return next((entry for entry in SWITCHED_OFF if fnmatchcase(host, entry.hosts)), None)
