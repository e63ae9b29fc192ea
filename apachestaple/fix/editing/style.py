"""New lines in the style of a file: spacing, columns, case, quotes and comments."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.httpd.words import WHITE_SPACE, lower

if TYPE_CHECKING:
    from collections.abc import Sequence

# White space between two words; one of its characters is not a continuation of the line.
_SPACE = rf"(?:\\\r?\n)*[{WHITE_SPACE}](?:\\\r?\n|[{WHITE_SPACE}])*+"
_WORD = rf"""(?:"[^"\\]*"|'[^'\\]*'|[^{WHITE_SPACE}"'\\][^{WHITE_SPACE}\\]*)"""
_WRITTEN = re.compile(
    rf"(?P<name>{_WORD})(?P<space>{_SPACE})(?P<value>{_WORD})(?P<rest>.*)", re.DOTALL
)
_NEW = re.compile(rf"(?P<name>[A-Za-z][^{WHITE_SPACE}]*) (?P<value>[^{WHITE_SPACE}].*)")
_COMMENT = re.compile(rf"{_SPACE}#.*", re.DOTALL)
_SWITCHES = ("on", "off")
_TAB = 8


def rewritten(written: str, lines: Sequence[str]) -> tuple[str, ...]:
    """``lines``, which replace the directive ``written``, in its style.

    The line with the same directive keeps the name, the white space and the quotes of ``written``.
    A switch also keeps its case, and a comment after it, which httpd ignores.
    """
    old = _WRITTEN.fullmatch(written)
    if old is None:
        return tuple(lines)
    return tuple(_rewritten(old, line) for line in lines)


def _rewritten(old: re.Match[str], line: str) -> str:
    new = _NEW.fullmatch(line)
    if new is None or lower(new["name"]) != lower(old["name"].strip("\"'")) or line.endswith("\\"):
        return line
    value, quote, rest = new["value"], old["value"][0], ""
    word = old["value"].strip("\"'")
    if value in _SWITCHES and lower(word) in _SWITCHES:
        value = _in_case_of(word, value)
        rest = old["rest"] if _COMMENT.fullmatch(old["rest"]) else ""
    if quote in "\"'" and not {"\\", '"', "'"}.intersection(value):
        value = f"{quote}{value}{quote}"
    return f"{old['name']}{old['space']}{value}{rest}"


def _in_case_of(word: str, switch: str) -> str:
    if word.isupper():
        return switch.upper()
    return switch.capitalize() if word[0].isupper() else switch


class _Columns(NamedTuple):
    """Where the arguments of a directive begin, and the white space before them."""

    column: int
    space: str


def aligned(lines: Sequence[str], neighbours: Sequence[str], indent: str) -> tuple[str, ...]:
    """``lines`` with their arguments in the column of their neighbours, if these have one.

    All have the indentation ``indent``.
    """
    found = [columns for each in neighbours if (columns := _columns(each, indent))]
    if not found:
        return tuple(lines)
    column, count = Counter(each.column for each in found).most_common(1)[0]
    spaces = {each.space for each in found if each.column == column}
    if count < 2 or spaces == {" "}:
        return tuple(lines)
    with_tabs = all("\t" in space for space in spaces)
    return tuple(_at_column(line, column, indent, with_tabs=with_tabs) for line in lines)


def _columns(written: str, indent: str) -> _Columns | None:
    found = _WRITTEN.fullmatch(written)
    if found is None or "\n" in found["space"]:
        return None
    before = f"{indent}{found['name']}{found['space']}"
    return _Columns(_width(before), found["space"])


def _at_column(line: str, column: int, indent: str, *, with_tabs: bool) -> str:
    new = _NEW.fullmatch(line)
    if new is None:
        return line
    name, value = new["name"], new["value"]
    missing = column - _width(indent + name)
    if with_tabs:
        # The first tab may be shorter than the others.
        tabs = "\t" * max(-(-missing // _TAB), 1)
        return f"{name}{tabs}{value}"
    spaces = " " * max(missing, 1)
    return f"{name}{spaces}{value}"


def _width(text: str) -> int:
    return len(text.expandtabs(_TAB))
