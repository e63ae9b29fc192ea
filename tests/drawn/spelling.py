"""A tree as text, in one of the many ways that httpd reads alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.drawn.luck import chance
from tests.drawn.nodes import Line, Node, Section, Text

if TYPE_CHECKING:
    from random import Random

_COMMENTS = (
    "# OCSP stapling",
    "#SSLUseStaping on",
    "# SSLStaplingCache dbm:/nowhere/at/all",
    "# </VirtualHost>",
    "# it goes on \\\nSSLUseStapling off",
    "## “curly”",
    "#",
)
_FLAGS = frozenset(("on", "off"))
# Their arguments are read in ways of their own.
_AS_THEY_STAND = frozenset(("Use", "Define", "Listen", "Require", "Options", "SSLProtocol"))


class Speller:
    """How one file is written: its habits are drawn once, its whims for each line."""

    def __init__(self, random: Random, *, continued: bool) -> None:
        """``continued`` allows lines that go on; behind the use of a macro httpd loses some."""
        self._random = random
        self._plain = chance(random, 0.3)
        self._continued = continued and chance(random, 0.3)
        self._ending = "\r\n" if chance(random, 0.08) else "\n"
        self._indent = random.choice(("    ", "  ", "\t", "", "        "))

    def text(self, body: list[Node]) -> str:
        """The file."""
        return "".join(self._nodes(body, "")).replace("\n", self._ending)

    def _nodes(self, body: list[Node], indent: str) -> list[str]:
        random = self._random
        parts: list[str] = []
        for node in body:
            if not self._plain and chance(random, 0.1):
                parts.append(
                    random.choice(("\n", f"{indent}{random.choice(_COMMENTS)}\n", " \t\n"))
                )
            match node:
                case Text(text):
                    parts.append(text)
                case Line():
                    parts.append(self._line(indent + self._directive(node)))
                case Section():
                    opening = self._section(node)
                    parts.append(self._line(f"{indent}{opening}"))
                    parts += self._nodes(node.body, indent + self._indent)
                    parts.append(f"{indent}</{self._cased(node.name)}>\n")
        return parts

    def _line(self, text: str) -> str:
        random = self._random
        if self._continued and chance(random, 0.2):
            position = random.randrange(1, len(text))
            # A backslash before the break would be taken for its own.
            if text[position - 1] != "\\":
                text = f"{text[:position]}\\\n{text[position:]}"
        if not self._plain and chance(random, 0.1):
            text += random.choice((" ", "\t", "  \t"))
        return text + "\n"

    def _directive(self, node: Line) -> str:
        name = self._cased(node.name)
        if not self._plain and chance(self._random, 0.02):
            name = f'"{name}"'
        words = [self._word(node.name, word) for word in node.words]
        return self._gap().join((name, *words))

    def _section(self, node: Section) -> str:
        words = node.words
        if node.name == "VirtualHost":
            words = [self._quoted(word) if chance(self._random, 0.1) else word for word in words]
        return f"<{self._cased(node.name)} {' '.join(words)}>"

    def _word(self, name: str, word: str) -> str:
        if " " in word or not word:
            return f'"{word}"'
        if self._plain or name in _AS_THEY_STAND:
            return word
        if word in _FLAGS:
            word = self._random.choice((word, word, word.upper(), word.capitalize()))
        return self._quoted(word) if chance(self._random, 0.15) else word

    def _quoted(self, word: str) -> str:
        return self._random.choice((f'"{word}"', f'"{word}"', f"'{word}'"))

    def _cased(self, name: str) -> str:
        if self._plain or not chance(self._random, 0.08):
            return name
        return self._random.choice((name.lower(), name.upper(), name.swapcase()))

    def _gap(self) -> str:
        if self._plain:
            return " "
        return self._random.choice((" ", " ", " ", "  ", "\t"))
