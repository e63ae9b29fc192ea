"""Parses numbers as the C library does."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[ \t\n\v\f\r]*([+-]?)0*([0-9]*)")
_LARGEST_LONG = 2**63 - 1


def strtol(text: str) -> tuple[int, str]:
    """The number at the start of the text, 0 if there is none, and the text after it."""
    found = _NUMBER.match(text)
    if found is None or not found[0][-1:].isdigit():
        return 0, text
    # A number out of range becomes the nearest value of a long. Python rejects very long texts.
    digits = found[2] or "0"
    size = _LARGEST_LONG + 1 if len(digits) > 19 else int(digits)
    number = max(-size, -_LARGEST_LONG - 1) if found[1] == "-" else min(size, _LARGEST_LONG)
    return number, text[found.end() :]


def dotted(version: tuple[int, ...]) -> str:
    """A version as text, with dots."""
    return ".".join(map(str, version))


def atoi(text: str) -> int:
    """The low 32 bits of that number, as in an int."""
    low = strtol(text)[0] & 0xFFFFFFFF
    return low - 2**32 if low >= 2**31 else low
