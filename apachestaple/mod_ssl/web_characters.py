"""Characters that a web page puts where httpd wants a straight quote or a space."""

from __future__ import annotations

# What each is meant to be.
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
    """Those of them that are in ``text``."""
    return set() if text.isascii() else WEB_CHARACTERS.keys() & set(text)


def has_web_characters(text: str) -> bool:
    """Whether any of them is in ``text``."""
    return bool(web_characters(text))


def without_web_characters(text: str) -> str:
    """``text`` with what was meant in their place."""
    return text.translate(_TABLE)
