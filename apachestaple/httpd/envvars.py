"""Debian's envvars: a shell script whose exported variables the main file uses.

A script from a repository is not run. Its assignments are read from top to bottom, those in an
``if`` as well: in Debian's own, the last one is the one for an installation without suffix.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_ASSIGNMENT = re.compile(
    r"^\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)="
    r"(?P<value>\"(?:\\.|[^\"\\])*\"|'[^']*'|[^\s;#]*)"
)
_UNSET = re.compile(r"^\s*unset\s+(?P<name>[A-Za-z_][A-Za-z0-9_]*)")
_USE = re.compile(
    r"\$(?:(?P<plain>[A-Za-z_][A-Za-z0-9_]*)"
    r"|\{(?P<braced>[A-Za-z_][A-Za-z0-9_]*)(?::?[-=](?P<default>[^}]*))?\})"
)


def read_envvars(path: str, environment: Mapping[str, str]) -> dict[str, str]:
    """``environment`` with what the file at ``path`` assigns; unchanged where there is none."""
    variables = dict(environment)
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read().splitlines()
    except OSError:
        return variables
    for line in lines:
        if unset := _UNSET.match(line):
            variables.pop(unset["name"], None)
        elif assignment := _ASSIGNMENT.match(line):
            variables[assignment["name"]] = _value(assignment["value"], variables)
    return variables


def _value(written: str, variables: Mapping[str, str]) -> str:
    if written.startswith("'"):
        return written[1:-1]
    if written.startswith('"'):
        written = re.sub(r'\\(["\\$`])', r"\1", written[1:-1])

    def used(match: re.Match[str]) -> str:
        name = match["plain"] or match["braced"]
        return variables.get(name) or match["default"] or ""

    return _USE.sub(used, written)
