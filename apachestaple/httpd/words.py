"""Words of a configuration line: white space, quotes and ``${VARIABLE}``.

Each function corresponds to one in httpd's server/util.c or server/core.c.
"""

import re
from collections.abc import Callable, Iterator

# apr_isspace in the C locale. It differs from str.isspace: U+00A0 is not white space in httpd.
WHITE_SPACE = " \t\n\v\f\r"

_QUOTES = "\"'"
# Text in which str.split finds the same words as httpd.
_PLAIN = re.compile(r"[ \t!#-&(-\[\]-~]*")
_PLAIN_WORD = re.compile(r"[!#-&(-\[\]-~]+")
# A quoted word, which the end of the text also closes, or an unquoted one. There is no
# backtracking, so the time is linear.
_WORD = re.compile(r""""(?:[^"\\]++|\\["\\]?)*+"?|'(?:[^'\\]++|\\['\\]?)*+'?|[^ \t\n\v\f\r]++""")
_UNQUOTED_WORD = re.compile(r"[^ \t\n\v\f\r]*")


def next_word(text: str) -> tuple[str, str]:
    """The first word of ``text``, unquoted, and the text after it (ap_getword_conf)."""
    text = text.lstrip(WHITE_SPACE)
    if not text:
        return "", ""
    quote = text[0]
    if quote in _QUOTES:
        end = _closing_quote(text, 0)
        word = text[1:end]
        if "\\" in word:
            word = _unescape(word, quote)
        return word, text[end + 1 :].lstrip(WHITE_SPACE)
    word = _UNQUOTED_WORD.match(text)[0]  # type: ignore[index]  # it matches any text
    end = len(word)
    if "\\\\" in word:
        word = _unescape(word, "")
    return word, text[end:].lstrip(WHITE_SPACE)


def first_word(text: str) -> str:
    """The first word of ``text``; ``""`` if there is none."""
    return text if _PLAIN_WORD.fullmatch(text) else next_word(text)[0]


def split_words(text: str) -> list[str]:
    """All words of ``text``; empty quotes are an empty word."""
    if _PLAIN.fullmatch(text):
        return text.split()
    return [next_word(text[start:end])[0] for start, end in word_spans(text)]


def word_spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end offset in ``text`` of each word, with its quotes."""
    return (found.span() for found in _WORD.finditer(text))


def lower(name: str) -> str:
    """``name`` in lower case as in ap_str_tolower: only ASCII letters."""
    if name.isascii():
        return name.lower()
    return "".join(letter.lower() if letter.isascii() else letter for letter in name)


def escaped(text: str) -> str:
    """``text``, escaped for use in double quotes."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def resolve_variables(text: str, value_of: Callable[[str], str | None], most: int) -> str:
    """Replace each ``${NAME}`` with a known value, once, from left to right (ap_resolve_env).

    ``$NAME``, an unclosed ``${NAME`` and a variable without value are plain text. Values are not
    searched again.

    Raises:
        OverflowError: the result has more than ``most`` characters.

    """
    last_brace = text.rfind("}")
    if last_brace < 0:
        return text
    parts = []
    position = length = 0
    while True:
        start = text.find("${", position, last_brace)
        if start < 0:
            parts.append(text[position:])
            break
        end = text.find("}", start + 2)
        value = value_of(text[start + 2 : end])
        parts += (text[position:start], text[start : end + 1] if value is None else value)
        length += start - position + len(parts[-1])
        if length > most:
            break
        position = end + 1
    if length + len(parts[-1]) > most:
        raise OverflowError
    return "".join(parts)


def _closing_quote(text: str, start: int) -> int:
    """Offset of the quote that closes the one at ``start``, or the length of the text."""
    quote = text[start]
    position = start + 1
    length = len(text)
    while position < length and text[position] != quote:
        if text[position] == "\\" and text[position + 1 : position + 2] in ("\\", quote):
            position += 2
        else:
            position += 1
    return min(position, length)


def _unescape(word: str, quote: str) -> str:
    """Remove the backslash before a backslash and before ``quote`` (substring_conf)."""
    result = []
    position = 0
    while position < len(word):
        following = word[position + 1 : position + 2]
        if word[position] == "\\" and following and following in ("\\", quote):
            position += 1
        result.append(word[position])
        position += 1
    return "".join(result)
