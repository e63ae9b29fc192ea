"""The blocks of a template as a tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from apachestaple.discovery.templates.parts import Does, Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
        within: the block that contains it, and the index of the branch there.
        depth: the number of blocks that contain it.

    """

    number: int
    tags: list[Part] = field(default_factory=list)
    branches: list[list[Part | Block]] = field(default_factory=lambda: [[]])
    has_else: bool = False
    within: tuple[Block, int] | None = None
    depth: int = 0

    @property
    def choices(self) -> int:
        """The number of ways in which it can be rendered."""
        return len(self.branches) + (not self.has_else)


def tree(parts: Iterable[Part]) -> tuple[Block, list[Block]]:
    """The template as a block with one branch, and all blocks in it."""
    root = Block(0, has_else=True)
    open_blocks = [root]
    blocks: list[Block] = []
    for part in parts:
        block = open_blocks[-1]
        match part.does:
            case Does.OPENS if len(open_blocks) <= _DEEPEST:
                within = block, len(block.branches) - 1
                opened = Block(len(blocks) + 1, [part], within=within, depth=len(open_blocks))
                blocks.append(opened)
                block.branches[-1].append(opened)
                open_blocks.append(opened)
            case Does.ELSE | Does.BRANCH if block is not root:
                block.tags.append(part)
                block.branches.append([])
                block.has_else = block.has_else or part.does is Does.ELSE
            case Does.CLOSES if block is not root:
                block.tags.append(part)
                open_blocks.pop()
            case Does.TEXT | Does.EXPRESSION:
                block.branches[-1].append(part)
            case _:
                block.branches[-1].append(Part(Does.SILENT, part.text))
    return root, blocks


def choices(blocks: Sequence[Block], most: int) -> list[dict[int, int]]:
    """Some ways to render the blocks: the branch of each one, by its number.

    First all first branches, then all last ones. In each of the others, one block takes one of its
    branches, and those around it the branch that contains it. The rest may take any branch.
    """
    found = [
        {block.number: 0 for block in blocks},
        {block.number: block.choices - 1 for block in blocks},
    ]
    # A block at the top is rendered anyway, one within others seldom.
    each = (
        {**_around(block), block.number: choice}
        for block in sorted(blocks, key=lambda block: -block.depth)
        for choice in range(block.choices)
    )
    return found + list(islice(each, most - len(found)))


def _around(block: Block) -> dict[int, int]:
    found: dict[int, int] = {}
    while block.within is not None:
        block, branch = block.within
        found[block.number] = branch
    return found
