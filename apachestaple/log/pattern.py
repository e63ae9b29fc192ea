"""Extracts the values of a message from a line, in linear time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_CONVERSION = re.compile(r"%0?[0-9]*l?([sdux])")
_NUMBERS = {"d": "-?[0-9]{1,20}", "u": "[0-9]{1,20}", "x": "[0-9a-f]{1,20}"}
# Conversions whose values httpd makes itself, such as numbers.
_WORDS = {"what": "proxy|OCSP responder"}


def pattern(text: str, names: Sequence[str]) -> re.Pattern[str]:
    """A pattern for a whole message with the format string ``text``.

    Its groups are the values of the conversions, by ``names`` (``""`` for none). A value ends at
    the first occurrence of the text after it. Atomic groups prevent backtracking, which would take
    polynomial time for a hostile line.
    """
    named = iter(names)
    literals = _CONVERSION.split(text)
    expression, is_open = re.escape(literals[0]), False
    for conversion, literal in zip(literals[1::2], literals[2::2], strict=True):
        name = next(named, "")
        fixed = _WORDS.get(name) or _NUMBERS.get(conversion)
        group = f"(?P<{name}>{fixed or '.*?'})" if name else f"(?:{fixed or '.*?'})"
        if fixed is None:
            expression += (")" if is_open else "") + "(?>"
            is_open = True
        expression += group + re.escape(literal)
    return re.compile(expression + (r"\Z)" if is_open else r"\Z"), re.DOTALL)
