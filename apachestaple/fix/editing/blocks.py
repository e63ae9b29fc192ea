"""Blocks of a file that a program writes between two comments, such as Ansible's blockinfile."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

# Ansible's marker can be any text, with BEGIN and END in it; Salt's default is in lower case.
_MARKER = re.compile(r"[ \t]*#.*?\b(BEGIN|END|start managed zone|end managed zone)\b")
_ENDS = {"BEGIN": "END", "start managed zone": "end managed zone"}


class Block(NamedTuple):
    """A block: the number of its first line, its first line, and the lines up to its last one."""

    line: int
    marker: str
    content: tuple[str, ...]

    @property
    def writer(self) -> str:
        """The program that writes the block."""
        if "ansible" in self.marker.lower():
            return "Ansible"
        return "Salt" if "managed zone" in self.marker else "another program"


def is_marker(comment: str) -> bool:
    """Whether a comment is the first or the last line of a block."""
    return _MARKER.match(comment) is not None


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a file; one without an end is none."""
    lines = text.split("\n")
    begun: tuple[int, str] | None = None
    for number, line in enumerate(lines, 1):
        found = _MARKER.match(line)
        if found is None:
            continue
        if found[1] in _ENDS:
            begun = number, line.strip().replace(found[1], _ENDS[found[1]], 1)
        elif begun is not None and line.strip() == begun[1]:
            first = begun[0]
            yield Block(first, lines[first - 1].strip(), tuple(lines[first : number - 1]))
            begun = None


def changed_blocks(old: str, new: str) -> Iterator[Block]:
    """The blocks of the old text whose lines are others in the new one."""
    left = [(block.marker, block.content) for block in blocks(new)]
    for block in blocks(old):
        if (block.marker, block.content) in left:
            left.remove((block.marker, block.content))
        else:
            yield block
