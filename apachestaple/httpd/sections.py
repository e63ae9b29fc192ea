"""Checks opening lines of sections as httpd does when it executes the directives.

Source: server/core.c (dirsection, urlsection, filesection, virtualhost_section, ifsection,
ap_limit_section).
"""

from __future__ import annotations

from apachestaple.httpd.words import lower

# Sections of the core that require an argument. <Else> has none, and other modules check their own.
_WITH_ARGUMENTS = frozenset(
    f"<{name}"
    for name in (
        *("directory", "directorymatch", "location", "locationmatch", "files", "filesmatch"),
        *("virtualhost", "if", "elseif", "limit", "limitexcept"),
    )
)


def opening_problem(name: str, raw: str) -> str | None:
    """The message of httpd about the opening line ``name`` ``raw``, or ``None``."""
    if lower(name) not in _WITH_ARGUMENTS:
        return None
    before, bracket, _ = raw.rpartition(">")
    if not bracket:
        return f"{name}> directive missing closing '>'"
    return None if before else f"{name}> directive requires additional arguments"
