"""The configurations that a template can become.

Each is rendered with one choice for every condition and every value. A finding holds if it is made
in all of them that contain its line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zlib import crc32

from apachestaple.discovery.templates.blocks import Block, tree
from apachestaple.discovery.templates.tags import Part, Tag, parts
from apachestaple.mod_ssl.arguments import Takes
from apachestaple.mod_ssl.commands import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterator

# The number of variants of a template with many blocks, and of one that is not about TLS.
_MOST = 16
_FEWEST = 2

# Stands for the output of an expression until its line is complete.
_MARK = "\x1a"
_MARKED = re.compile(rf"{_MARK}([^{_MARK}]*){_MARK}")
_LINE = re.compile(r"[ \t]*(?P<name><?\w+)[ \t]+(?P<value>.*)")


_OTHER_SWITCHES = frozenset({"sslengine", "mdstapling", "mdstapleothers", "mdmuststaple"})


def variants(text: str) -> tuple[str, ...]:
    """Different configurations that a template can become, each with the lines of the template.

    What a tag or another branch takes up is blank.
    """
    root, blocks = tree(parts(text))
    is_about_tls = re.search(r"ssl|mdstapl", text, re.IGNORECASE) is not None
    number = min(_MOST, 2 + 2 * blocks) if is_about_tls else _FEWEST
    rendered = (_Variant(text, number).render(root) for number in range(number))
    return tuple(dict.fromkeys(rendered))


class _Variant:
    """One configuration. Its choices depend on its number and on the template only."""

    def __init__(self, text: str, number: int) -> None:
        self._text = text
        self._number = number

    def render(self, root: Block) -> str:
        rendered = "".join(self._parts(root.branches[0]))
        lines = enumerate(rendered.split("\n"))
        return "\n".join(self._line(index, line) for index, line in lines)

    def _parts(self, content: list[Part | Block]) -> Iterator[str]:
        for part in content:
            if isinstance(part, Block):
                yield from self._block(part)
            elif part.tag is Tag.TEXT:
                yield part.text.replace(_MARK, " ")
            elif part.tag is Tag.EXPRESSION:
                yield _MARK + _name(part.text) + _MARK + _line_ends(part.text)
            else:
                yield _line_ends(part.text)

    def _block(self, block: Block) -> Iterator[str]:
        chosen = self._choice(block.number, block.choices)
        for index, branch in enumerate(block.branches):
            yield _line_ends(block.tags[index].text)
            if index == chosen:
                yield from self._parts(branch)
            else:
                yield _line_ends(_written(branch))
        if len(block.tags) > len(block.branches):
            yield _line_ends(block.tags[-1].text)

    def _choice(self, block: int, choices: int) -> int:
        """The first branches in the first variant, the last ones in the second, then any."""
        if self._number < 2:
            return self._number * (choices - 1)
        return (crc32(f"{self._number} {block}".encode()) >> 8) % choices

    def _line(self, index: int, line: str) -> str:
        """A line with values for its expressions."""
        if _MARK not in line:
            return line
        found = _LINE.match(line)
        if found is None or _MARK in found["name"]:
            # Even the name of the directive is unknown.
            return ""
        is_other = bool(self._choice(-1 - index, 2))
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
