"""Finds literal texts in YAML: ConfigMaps, values of Helm charts, tasks of Ansible, Salt."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# A key with a literal text: ``httpd.conf: |``. Its dashes and spaces are the indentation.
_LITERAL = re.compile(
    r"(?P<indent>[ ]*(?:-[ ]+)*)(?P<key>[^\s#-][^\n]*:[ ]+)?(?:[&!]\S+[ ]+)*"
    r"\|[-+0-9]*[ ]*(?:#.*)?\r?"
)
# Lines of a template, which often stand at the left margin.
_TAGS = ("{{", "{%", "{#", "<%")


def yaml_blocks(text: str) -> Iterator[tuple[int, str]]:
    """Each literal text, with the number of lines above it."""
    lines = text.split("\n")
    for first, end in _literals(lines):
        yield first, "\n".join(lines[first:end])


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
    content = line.lstrip(" ")
    return not line.strip() or len(line) - len(content) > indent or content.startswith(_TAGS)
