# Licensed under the Apache License, Version 2.0: https://www.apache.org/licenses/LICENSE-2.0
"""Texts that Ansible can print, from configurations and certificates that anybody may have written."""

from __future__ import annotations

import unicodedata
from typing import Any

# The lines of a list in an error, and the characters of each.
_MOST_LISTED = 3
_MOST_CHARACTERS = 1000


def printable(text: str, kept: str = "") -> str:
    """The text with control characters and bidirectional formatting as escape sequences."""
    if text.isprintable():
        return text
    return "".join(each if each in kept or _is_harmless(each) else _escaped(each) for each in text)


def listed(lines: list[str]) -> str:
    """The first lines, shortened, and the number of the others."""
    first = "; ".join(each[:_MOST_CHARACTERS] for each in lines[:_MOST_LISTED])
    more = len(lines) - _MOST_LISTED
    return f"{first}; and {more} more" if more > 0 else first


def encodable(value: Any) -> Any:
    """A JSON value in which bytes that are not UTF-8 are escape sequences.

    The program writes them as lone surrogates, which Ansible cannot send to the controller.

    Raises:
        ValueError: it has other surrogates.

    """
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    if isinstance(value, list):
        return [encodable(each) for each in value]
    if isinstance(value, dict):
        return {encodable(key): encodable(each) for key, each in value.items()}
    return value


def _is_harmless(character: str) -> bool:
    """Whether it is not a control character, a format character, a line separator or a surrogate."""
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")
