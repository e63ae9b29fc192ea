"""Texts for hovers, as Markdown or as plain text.

Names, paths and certificates come from files, and may be hostile: nothing in them is markup.
"""

from __future__ import annotations

import re
from typing import Protocol

from apachestaple.report.terminal import cut, printable

_LONGEST = 500
# Characters that are markup anywhere in a line. An underscore inside of a word is none.
_SPECIAL = re.compile(r"[\\`*\[\]<>&~!|$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")


class Markup(Protocol):
    """Formats untrusted text; each method returns one line."""

    def text(self, text: str) -> str:
        """A sentence."""

    def code(self, text: str) -> str:
        """A directive, a name or a path."""

    def bold(self, text: str) -> str:
        """The first word of a paragraph."""

    def link(self, text: str, url: str) -> str:
        """A link to a page of the manual."""


class Markdown:
    """CommonMark, readable in editors that show it as it is."""

    def text(self, text: str) -> str:
        return _SPECIAL.sub(r"\\\g<0>", _shown(text))

    def code(self, text: str) -> str:
        shown = _shown(text).strip()
        if not shown:
            return ""
        longest = max(map(len, re.findall("`+", shown)), default=0)
        fence = "`" * (longest + 1)
        space = " " if longest else ""
        return f"{fence}{space}{shown}{space}{fence}"

    def bold(self, text: str) -> str:
        return f"**{self.text(text)}**"

    def link(self, text: str, url: str) -> str:
        return f"[{self.text(text)}]({url})"


class PlainText:
    """For editors that show no Markdown."""

    def text(self, text: str) -> str:
        return _shown(text)

    def code(self, text: str) -> str:
        return _shown(text)

    def bold(self, text: str) -> str:
        return _shown(text)

    def link(self, text: str, url: str) -> str:
        return f"{_shown(text)}: {url}"


def _shown(text: str) -> str:
    return cut(printable(text), _LONGEST)
