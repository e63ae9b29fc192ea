"""Links of the built pages: they must lead to a file and to an element in it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Elements for which a browser opens the address when it shows the page.
_LOADING = {"img", "script", "link", "iframe", "audio", "video", "source", "embed", "object"}


@dataclass
class Page(HTMLParser):
    """What a page links to, what a browser loads for it, and the ids of its elements."""

    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    elements: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called by the parser for each element."""
        for name, value in attrs:
            if name == "id" and value:
                self.elements.add(value)
            if name in {"href", "src"} and value is not None:
                (self.loaded if tag in _LOADING else self.links).append(value)


@dataclass(frozen=True)
class Site:
    """All pages of a folder by their paths."""

    folder: Path
    pages: dict[str, Page]

    @classmethod
    def read(cls, folder: Path) -> Site:
        pages = {}
        for path in sorted(folder.rglob("*.html")):
            page = Page()
            page.feed(path.read_text(encoding="utf-8"))
            pages[path.relative_to(folder).as_posix()] = page
        return cls(folder, pages)

    def external(self) -> dict[str, str]:
        """Addresses of other hosts that pages link to, each with a page that does."""
        return {
            link: name
            for name, page in self.pages.items()
            for link in page.links
            if urlsplit(link).scheme
        }

    def internal(self) -> Iterator[tuple[str, str]]:
        """Pages, and each address in them that leads into the site."""
        for name, page in self.pages.items():
            for link in (*page.links, *page.loaded):
                if not urlsplit(link).scheme:
                    yield name, link

    def problems(self) -> Iterator[str]:
        """Links that lead nowhere, and addresses of other hosts that a browser would open."""
        for name, link in self.internal():
            if problem := self._problem(name, link):
                yield f"{name}: {link}: {problem}"
        for name, page in self.pages.items():
            for address in page.loaded:
                if urlsplit(address).scheme not in {"", "data"}:
                    yield f"{name}: {address}: the page would load it from another host"
        for link, name in self.external().items():
            parts = urlsplit(link)
            if parts.scheme not in {"https", "http"} or not parts.hostname or " " in link:
                yield f"{name}: {link}: not an address of the web"

    def _problem(self, name: str, link: str) -> str:
        parts = urlsplit(link)
        if parts.netloc:
            return "an address without a scheme"
        path = os.path.normpath(os.path.join(os.path.dirname(name), unquote(parts.path)))
        target = path if parts.path else name
        if not (self.folder / target).is_file():
            return "no such file"
        page = self.pages.get(target)
        if page and parts.fragment and unquote(parts.fragment) not in page.elements:
            return "no such heading"
        return ""
