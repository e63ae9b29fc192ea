"""Finds the directive of mod_ssl for a misspelt name."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache

from apachestaple.mod_ssl.commands import COMMANDS

# Names of nginx, and the corresponding ones of httpd.
_OF_NGINX = {"ssl_stapling": "SSLUseStapling", "ssl_stapling_responder": "SSLStaplingForceURL"}


@lru_cache(maxsize=4096)
def closest_name(key: str) -> str | None:
    """The directive of mod_ssl that is most similar to ``key``, if one is similar enough."""
    if "_" in key:
        return _OF_NGINX.get(key)
    close = get_close_matches(key, COMMANDS, cutoff=0.82)
    return COMMANDS[close[0]].name if close else None
