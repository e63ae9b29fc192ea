"""Patterns with `*` and `?`, as httpd matches names against them (ap_strcasecmp_match)."""

from __future__ import annotations


def matches(name: str, pattern: str) -> bool:
    """Whether a name matches a pattern, both in lower case."""
    at = position = 0
    # The latest star, and where what it stands for ends; before an earlier one it need not grow.
    star = end = -1
    while at < len(name):
        if position < len(pattern) and pattern[position] == "*":
            star, end = position, at
            position += 1
        elif position < len(pattern) and pattern[position] in ("?", name[at]):
            position += 1
            at += 1
        elif star >= 0:
            end += 1
            at, position = end, star + 1
        else:
            return False
    return not pattern[position:].strip("*")
