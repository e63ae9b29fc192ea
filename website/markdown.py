"""Links and headings of Markdown pages, outside of blocks of code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FENCE = re.compile(
    r"^(?P<indent> *)(?P<fence>```+)[^\n]*\n.*?^(?P=indent)(?P=fence)\n", re.MULTILINE | re.DOTALL
)
_LINK = re.compile(r"\]\((?P<target>[^()\s]+)\)")
_ITEM = re.compile(r"^- \[(?P<title>[^]]+)\]\((?P<target>[^)\s]+)\)")


@dataclass(frozen=True)
class Target:
    """What a link leads to: a page of the web, or a file with a heading."""

    path: str
    fragment: str

    @classmethod
    def parse(cls, text: str) -> Target:
        """The text between the parentheses of a link."""
        path, _, fragment = text.partition("#")
        return cls(path, fragment)

    @property
    def external(self) -> bool:
        return ":" in self.path

    def __str__(self) -> str:
        return f"{self.path}#{self.fragment}" if self.fragment else self.path


@dataclass(frozen=True)
class Part:
    """A part of the navigation: a heading of the first page, and the pages that it lists."""

    caption: str
    pages: tuple[tuple[str, str], ...]


def targets(text: str) -> list[Target]:
    """The targets of all links."""
    found: list[Target] = []

    def keep(target: Target) -> Target:
        found.append(target)
        return target

    with_targets(text, keep)
    return found


def with_targets(text: str, changed: Callable[[Target], Target]) -> str:
    """The page with other targets."""

    def link(match: re.Match[str]) -> str:
        return f"]({changed(Target.parse(match['target']))})"

    pieces, end = [], 0
    for fence in _FENCE.finditer(text):
        pieces += [_LINK.sub(link, text[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*pieces, _LINK.sub(link, text[end:])])


def parts(text: str) -> Iterator[Part]:
    """The lists of pages below the headings of the first page."""
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        caption, _, body = section.partition("\n")
        items = [_ITEM.match(line) for line in body.splitlines()]
        pages = tuple((item["title"], item["target"]) for item in items if item)
        if pages:
            yield Part(caption, pages)
