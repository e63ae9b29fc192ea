"""Text in the language of manual pages (man(7))."""

import re
from collections.abc import Iterable

# Characters that groff would print as others, or read as its own. The hyphen of an option must be
# a minus sign, so that the option can be searched for and copied.
_LITERAL = {
    "\\": r"\(rs",
    "-": r"\-",
    "'": r"\(aq",
    '"': r"\(dq",
    "`": r"\(ga",
    "^": r"\(ha",
    "~": r"\(ti",
}
_PROSE = {character: _LITERAL[character] for character in "\\'\"`^~"}

# In prose: what is between backquotes, options, and names of pages.
_MARKED = re.compile(r"`([^`]+)`|(?<![\w-])(--?[A-Za-z0-9][\w-]*)|\b([\w-]+\(\d\w*\))")


def literal(text: str) -> str:
    """Text that a user types or reads exactly so."""
    return _escaped(text, _LITERAL)


def bold(text: str) -> str:
    """Literal text in bold."""
    return f"\\fB{literal(text)}\\fR"


def italic(text: str) -> str:
    """A word that stands for a value."""
    return f"\\fI{literal(text)}\\fR"


def prose(text: str) -> str:
    """A sentence; options, pages and text between backquotes are bold."""
    parts = []
    end = 0
    for found in _MARKED.finditer(text):
        parts += [
            _escaped(text[end : found.start()], _PROSE),
            bold(found[1] or found[2] or found[3]),
        ]
        end = found.end()
    return "".join([*parts, _escaped(text[end:], _PROSE)])


def section(name: str, lines: Iterable[str]) -> list[str]:
    """A section, or nothing without lines."""
    body = list(lines)
    # A heading begins a paragraph.
    return [f".SH {name}", *body[body[0] == ".PP" :]] if body else []


def paragraphs(texts: Iterable[str]) -> list[str]:
    """Paragraphs of prose."""
    return [line for text in texts for line in (".PP", _line(prose(text)))]


def tagged(tag: str, text: str) -> list[str]:
    """A term, and its prose, indented below it."""
    return [".TP", _line(tag), _line(prose(text))]


def example(text: str, command: str) -> list[str]:
    """A sentence about a command, and the command."""
    shown = [".RS 4", ".EX", _line(literal(command)), ".EE", ".RE"]
    return [".PP", _line(prose(text)), *shown]


def _line(text: str) -> str:
    # A line that starts with one of these is a request.
    return f"\\&{text}" if text.startswith((".", "'")) else text


def _escaped(text: str, characters: dict[str, str]) -> str:
    if not text.isascii() or not text.isprintable():
        raise ValueError(f"a manual page cannot show {text!r}")
    return "".join(characters.get(character, character) for character in text)
