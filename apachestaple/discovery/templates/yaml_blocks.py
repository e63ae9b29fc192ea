"""Finds configurations of httpd in YAML: ConfigMaps, values of Helm charts, tasks of Ansible."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from apachestaple.discovery.contents import Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_SUFFIX = re.compile(r"\.ya?ml(\.\w+)?$", re.IGNORECASE)
# A key with a literal text: ``httpd.conf: |``. Its dashes and spaces are the indentation.
_LITERAL = re.compile(
    r"(?P<indent>[ ]*(?:-[ ]+)*)(?P<key>[^\s#-][^\n]*:[ ]+)?\|[-+0-9]*[ ]*(?:#.*)?\r?"
)


def is_yaml(path: str) -> bool:
    """Whether a file is YAML, by its name."""
    return _SUFFIX.search(path) is not None


def yaml_blocks(text: str) -> Iterator[str]:
    """Each configuration of httpd in a YAML file, with all other lines blank."""
    lines = text.split("\n")
    for first, end in _literals(lines):
        block = lines[first:end]
        if kind_of("\n".join(block)) is not Kind.OTHER:
            blank = [""] * first, [""] * (len(lines) - end)
            yield "\n".join((*blank[0], *block, *blank[1]))


def _literals(lines: list[str]) -> Iterator[tuple[int, int]]:
    """The first line of each literal text, and the line behind it."""
    index = 0
    while index < len(lines):
        found = _LITERAL.fullmatch(lines[index])
        index += 1
        if found is None:
            continue
        first = index
        indent = len(found["indent"]) if found["key"] else found["indent"].rfind("-")
        while index < len(lines) and _belongs(lines[index], indent):
            index += 1
        yield first, index


def _belongs(line: str, indent: int) -> bool:
    return not line.strip() or len(line) - len(line.lstrip(" ")) > indent
