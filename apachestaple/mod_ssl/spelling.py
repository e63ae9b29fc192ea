"""Which directive of mod_ssl a misspelt name stands for."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache

from apachestaple.mod_ssl.commands import COMMANDS

# nginx's names, and httpd's for the same.
_OF_NGINX = {"ssl_stapling": "SSLUseStapling", "ssl_stapling_responder": "SSLStaplingForceURL"}


@lru_cache(maxsize=4096)
def closest_name(key: str) -> str | None:
    """The directive of mod_ssl whose name is closest to ``key``, if one is close."""
    if "_" in key:
        return _OF_NGINX.get(key)
    close = get_close_matches(key, COMMANDS, n=1, cutoff=0.82)
    return COMMANDS[close[0]].name if close else None
