"""Typographic quotes and spaces of web pages, which httpd does not treat as quotes and spaces."""

from __future__ import annotations

# The replacement for each character.
WEB_CHARACTERS = {
    "\u201c": '"',
    "\u201d": '"',
    "\u201e": '"',
    "\u2033": '"',
    "\u00ab": '"',
    "\u00bb": '"',
    "\u2018": "'",
    "\u2019": "'",
    "\u201a": "'",
    "\u2032": "'",
    "\u00a0": " ",
    "\u202f": " ",
    "\u2009": " ",
    "\u200b": "",
    "\ufeff": "",
}
_TABLE = str.maketrans(WEB_CHARACTERS)


def web_characters(text: str) -> set[str]:
    """The characters of this kind in ``text``."""
    return set() if text.isascii() else WEB_CHARACTERS.keys() & set(text)


def has_web_characters(text: str) -> bool:
    """Whether ``text`` contains any of them."""
    return bool(web_characters(text))


def without_web_characters(text: str) -> str:
    """``text`` with these characters replaced."""
    return text.translate(_TABLE)
