"""The blocks of a template as a tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apachestaple.discovery.templates.tags import Part, Tag

if TYPE_CHECKING:
    from collections.abc import Iterable

# More blocks within each other are read as if they were beside each other.
_DEEPEST = 50


@dataclass(eq=False)
class Block:
    """A block with its branches, of which one becomes part of the configuration.

    Attributes:
        number: its position among the blocks.
        tags: its tags, of which each stands before a branch; the last one closes it.
        branches: parts and blocks.
        has_else: whether one of the branches is always taken. If not, there may be none.

    """

    number: int
    tags: list[Part] = field(default_factory=list)
    branches: list[list[Part | Block]] = field(default_factory=lambda: [[]])
    has_else: bool = False

    @property
    def choices(self) -> int:
        """The number of ways in which it can be rendered."""
        return len(self.branches) + (not self.has_else)


def tree(parts: Iterable[Part]) -> tuple[Block, int]:
    """The template as a block with one branch, and the number of the blocks in it."""
    root = Block(0, has_else=True)
    open_blocks = [root]
    count = 0
    for part in parts:
        block = open_blocks[-1]
        match part.tag:
            case Tag.OPENS if len(open_blocks) <= _DEEPEST:
                count += 1
                opened = Block(count, [part])
                block.branches[-1].append(opened)
                open_blocks.append(opened)
            case Tag.ELSE | Tag.BRANCH if block is not root:
                block.tags.append(part)
                block.branches.append([])
                block.has_else = block.has_else or part.tag is Tag.ELSE
            case Tag.CLOSES if block is not root:
                block.tags.append(part)
                open_blocks.pop()
            case Tag.TEXT | Tag.EXPRESSION:
                block.branches[-1].append(part)
            case _:
                block.branches[-1].append(Part(Tag.SILENT, part.text))
    return root, count
