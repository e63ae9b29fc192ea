"""The blocks of code in the pages of the documentation."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

from tests.project import ROOT

# Written by the program or by a test, and compared with it.
GENERATED = {
    "docs/rules.md",
    "docs/reference/options.md",
    "docs/branches.md",
    "CHANGELOG.md",
    "ansible/CHANGELOG.md",
}

_NOT_RUN = re.compile(r"<!-- not run: (?P<reason>.+) -->\s*")


@dataclass(frozen=True)
class Block:
    """A block of code.

    Attributes:
        page: the path of the page in the repository.
        line: the line of the page where the text begins.
        language: the word behind the fence, or nothing.
        text: what is between the fences.
        not_run: why its commands are not run in the suite, or nothing.

    """

    page: str
    line: int
    language: str
    text: str
    not_run: str = ""

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> list[str]:
    """All pages that people write."""
    folders = (".", "docs", "examples", "ansible")
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in (ROOT / folder).glob("**/*.md" if folder == "docs" else "*.md")
    }
    return sorted(found - GENERATED)


def blocks(page: str) -> Iterator[Block]:
    """All blocks of a page, in order."""
    yield from blocks_of(Path(ROOT, page).read_text(encoding="utf-8"), page)


def blocks_of(text: str, page: str) -> Iterator[Block]:
    """All blocks of a text in Markdown. Those that are indented have no language."""
    reason = ""
    for token in MarkdownIt().parse(text):
        if token.type in {"fence", "code_block"}:
            line = (token.map or [0])[0] + 2
            yield Block(page, line, token.info.partition(" ")[0], token.content, reason)
        comment = _NOT_RUN.fullmatch(token.content) if token.type == "html_block" else None
        reason = comment["reason"] if comment else ""
