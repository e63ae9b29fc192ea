"""The configurations that a template can become.

Each is rendered with one choice for every condition and every value. A finding holds if it is made
in all of them that contain its line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zlib import crc32

from apachestaple.discovery.templates.blocks import Block, choices, tree
from apachestaple.discovery.templates.parts import Does, Part, parts
from apachestaple.discovery.templates.tags import USUAL
from apachestaple.mod_ssl.arguments import Takes
from apachestaple.mod_ssl.commands import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from apachestaple.discovery.templates.tags import Mark

# The number of ways to render the blocks of a template, and of one that is not about TLS.
_MOST = 10
_FEWEST = 2

# Stands for the output of an expression until its line is complete.
_MARK = "\x1a"
_MARKED = re.compile(rf"{_MARK}([^{_MARK}]*){_MARK}")
_LINE = re.compile(r"[ \t]*(?P<name><?\w+)[ \t]+(?P<value>.*)")


_OTHER_SWITCHES = frozenset({"sslengine", "mdstapling", "mdstapleothers", "mdmuststaple"})


def variants(text: str, marks: frozenset[Mark] = USUAL) -> tuple[str, ...]:
    """Different configurations that a template can become, each with the lines of the template.

    ``marks`` start its tags. What a tag or another branch takes up is blank.
    """
    root, blocks = tree(parts(text, marks))
    is_about_tls = re.search(r"ssl|mdstapl", text, re.IGNORECASE) is not None
    ways = choices(blocks, _MOST if is_about_tls else _FEWEST)
    rendered = (
        _Variant(chosen, seed, is_second=is_second).render(root)
        for seed, chosen in enumerate(ways)
        for is_second in (False, True)
    )
    return tuple(dict.fromkeys(rendered))


class _Variant:
    """One configuration.

    ``chosen`` has the branches of some blocks, by their numbers; ``seed`` decides about the others
    and about the values. Where the first variant of a seed has one value, the second has another.
    """

    def __init__(self, chosen: Mapping[int, int], seed: int, *, is_second: bool) -> None:
        self._chosen = chosen
        self._seed = seed
        self._is_second = is_second

    def render(self, root: Block) -> str:
        rendered = "".join(self._parts(root.branches[0]))
        lines = enumerate(rendered.split("\n"))
        return "\n".join(self._line(index, line) for index, line in lines)

    def _parts(self, content: list[Part | Block]) -> Iterator[str]:
        for part in content:
            if isinstance(part, Block):
                yield from self._block(part)
            elif part.does is Does.TEXT:
                yield part.text.replace(_MARK, " ")
            elif part.does is Does.EXPRESSION:
                yield _MARK + _name(part.text) + _MARK + _line_ends(part.text)
            else:
                yield _line_ends(part.text)

    def _block(self, block: Block) -> Iterator[str]:
        chosen = self._choice(block)
        for index, branch in enumerate(block.branches):
            yield _line_ends(block.tags[index].text)
            if index == chosen:
                yield from self._parts(branch)
            else:
                yield _line_ends(_written(branch))
        if len(block.tags) > len(block.branches):
            yield _line_ends(block.tags[-1].text)

    def _choice(self, block: Block) -> int:
        chosen = self._chosen.get(block.number)
        return self._random(block.number) % block.choices if chosen is None else chosen

    def _is_other(self, index: int) -> bool:
        """Which of two values a line has; the first one on all lines of the first variant."""
        is_first = self._seed == 0 or self._random(-1 - index) % 2 == 0
        return is_first is self._is_second

    def _random(self, thing: int) -> int:
        """A number for a block or a line, always the same for a seed."""
        return crc32(f"{self._seed} {thing}".encode()) >> 8

    def _line(self, index: int, line: str) -> str:
        """A line with values for its expressions."""
        if _MARK not in line:
            return line
        found = _LINE.match(line)
        if found is None or _MARK in found["name"]:
            # Even the name of the directive is unknown.
            return ""
        is_other = self._is_other(index)
        whole = _MARKED.fullmatch(found["value"].strip().strip("\"'"))
        if whole is not None and is_switch(found["name"]):
            value = "off" if is_other else "on"
            return line[: found.start("value")] + value
        if whole is not None and is_other and found["name"].lower() == "sslstaplingcache":
            return line[: found.start("value")] + "shmcb:stapling(10000000)"
        if is_other:
            # A size, and a port.
            line = re.sub(rf"\({_MARKED.pattern}\)", "(10000000)", line)
            line = re.sub(rf"(?<=:){_MARKED.pattern}(?=[\s>]|$)", "443", line)
        return _MARKED.sub(r"${\1}", line)


def is_switch(name: str) -> bool:
    """Whether a directive takes ``on`` or ``off``."""
    command = COMMANDS.get(name.lower())
    is_flag = command is not None and command.takes is Takes.FLAG
    return is_flag or name.lower() in _OTHER_SWITCHES


def _name(expression: str) -> str:
    """The name of a variable that stands for an expression."""
    return re.sub(r"[^\w.]+", "_", expression).strip("_") or "value"


def _line_ends(text: str) -> str:
    return "\n" * text.count("\n")


def _written(branch: list[Part | Block]) -> str:
    """The text of a branch, including its blocks."""
    return "".join(
        "".join(tag.text for tag in part.tags) + "".join(map(_written, part.branches))
        if isinstance(part, Block)
        else part.text
        for part in branch
    )
