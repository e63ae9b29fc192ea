"""A configuration as a tree, before it is written down."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(eq=False)
class Line:
    """A directive and its arguments, without quotes."""

    name: str
    words: list[str]


@dataclass(eq=False)
class Section:
    """A section and what stands in it."""

    name: str
    words: list[str]
    body: list[Node] = field(default_factory=list)


@dataclass(eq=False)
class Text:
    """Whole lines, written as they stand: what is odd about them shall stay so."""

    text: str


Node: TypeAlias = Line | Section | Text


def line(name: str, *words: object) -> Line:
    """A directive."""
    return Line(name, [str(word) for word in words])


def lines_in(body: list[Node]) -> Iterator[Line]:
    """The directives right in ``body``."""
    return (node for node in body if isinstance(node, Line))


def named(body: list[Node], *names: str) -> list[Line]:
    """The directives right in ``body`` with one of these names."""
    wanted = {name.lower() for name in names}
    return [node for node in lines_in(body) if node.name.lower() in wanted]


def drop(body: list[Node], *names: str) -> None:
    """Take the directives of these names out of ``body``."""
    gone = named(body, *names)
    body[:] = [node for node in body if node not in gone]
