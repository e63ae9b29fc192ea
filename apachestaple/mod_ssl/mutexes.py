"""The Mutex directive, as httpd judges it.

Source: server/util_mutex.c (ap_set_mutex, ap_parse_mutex), on Linux.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_MECHANISMS = frozenset(
    {
        *("none", "no", "default", "yes", "fcntl", "file", "flock", "posixsem", "sem", "sysvsem"),
        "pthread",
    }
)
# Of the types that mod_ssl registers, those that cannot be without a mutex.
_NEEDED = frozenset({"default", "ssl-stapling", "ssl-stapling-refresh"})


def mutex_problem(words: Sequence[str]) -> str | None:
    """What httpd says of the arguments, as far as it does not depend on folders and modules."""
    if not words or not words[0]:
        return "Mutex requires at least a mechanism argument"
    mechanism = words[0].partition(":")[0].lower()
    if mechanism not in _MECHANISMS:
        return f"Invalid Mutex argument {words[0]}"
    types = [word for word in words[1:] if word.lower() != "omitpid"] or ["default"]
    if mechanism in ("none", "no"):
        needed = next((each for each in reversed(types) if each in _NEEDED), None)
        if needed is not None:
            return f"None is not allowed for mutex type {needed}"
    return None


def mutex_folder(words: Sequence[str]) -> str | None:
    """The folder that has to exist; ``None`` where the arguments name none."""
    mechanism, _, path = words[0].partition(":") if words else ("", "", "")
    return path if path and mechanism.lower() not in ("none", "no") else None
