"""Shell files that set variables for httpd: Debian's envvars, /etc/sysconfig/apache2.

A script from a repository is not run. Its assignments are read from top to bottom. Of an ``if`` on
variables the branch that holds is read; where the condition is another, all of its branches are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_ASSIGNMENT = re.compile(
    r"^\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)="
    r"(?P<value>\"(?:\\.|[^\"\\])*\"|'[^']*'|[^\s;#]*)"
)
_UNSET = re.compile(r"^\s*unset\s+(?P<name>[A-Za-z_][A-Za-z0-9_]*)")
_USE = re.compile(
    r"\$(?:(?P<plain>[A-Za-z_][A-Za-z0-9_]*)"
    r"|\{(?P<braced>[A-Za-z_][A-Za-z0-9_]*)"
    r"(?::?[-=](?P<default>[^}]*)|##?(?P<before>[^}*?\[]*)|%%?(?P<after>[^}*?\[]*))?\})"
)
_IF = re.compile(r"^\s*(?P<word>if|elif)\s+(?P<condition>.*?)\s*(?:;\s*then\s*)?$")
_WHOLE_IF = re.compile(r"^\s*if\b.*;\s*fi\s*$")
_ELSE = re.compile(r"^\s*else\b")
_FI = re.compile(r"^\s*fi\b")
_TEST = re.compile(r"\[\s+(?P<brackets>.*)\s+\]|test\s+(?P<test>.*)")
_WORD = r"\"[^\"]*\"|'[^']*'|[^\s\"']+"
_COMPARISON = re.compile(rf"(?P<left>{_WORD})\s+(?P<operator>=|==|!=)\s+(?P<right>{_WORD})")
_EMPTY = re.compile(rf"(?P<operator>-[nz])\s+(?P<word>{_WORD})")


def read_envvars(path: str, environment: Mapping[str, str]) -> dict[str, str]:
    """``environment`` with what the file at ``path`` assigns; unchanged where there is none."""
    variables = dict(environment)
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read().splitlines()
    except OSError:
        return variables
    branches = _Branches()
    for line in lines:
        if branches.takes(line, variables) or not branches.are_read:
            continue
        if unset := _UNSET.match(line):
            variables.pop(unset["name"], None)
        elif assignment := _ASSIGNMENT.match(line):
            variables[assignment["name"]] = _value(assignment["value"], variables)
    return variables


class _Branches:
    """The ``if``s that a line stands in."""

    def __init__(self) -> None:
        # For each, whether its branch is read, and whether one that holds has been.
        self._open: list[tuple[bool, bool]] = []

    @property
    def are_read(self) -> bool:
        return all(read for read, _ in self._open)

    def takes(self, line: str, variables: Mapping[str, str]) -> bool:
        """Go on to ``line``; whether that is one of the words that make a branch."""
        if _WHOLE_IF.match(line):
            return True
        if found := _IF.match(line):
            done = found["word"] == "elif" and bool(self._open) and self._open.pop()[1]
            holds = None if done else _holds(found["condition"], variables)
            self._open.append((not done and holds is not False, done or holds is True))
        elif _ELSE.match(line) and self._open:
            done = self._open.pop()[1]
            self._open.append((not done, done))
        elif _FI.match(line) and self._open:
            self._open.pop()
        else:
            return False
        return True


def _holds(condition: str, variables: Mapping[str, str]) -> bool | None:
    """Whether a test of variables holds; ``None`` for any other condition."""
    test = _TEST.fullmatch(condition)
    tested = "" if test is None else test["brackets"] or test["test"]
    if comparison := _COMPARISON.fullmatch(tested):
        same = _value(comparison["left"], variables) == _value(comparison["right"], variables)
        return same != (comparison["operator"] == "!=")
    if empty := _EMPTY.fullmatch(tested):
        return (_value(empty["word"], variables) == "") == (empty["operator"] == "-z")
    return None


def _value(written: str, variables: Mapping[str, str]) -> str:
    if written.startswith("'"):
        return written[1:-1]
    if written.startswith('"'):
        written = re.sub(r'\\(["\\$`])', r"\1", written[1:-1])

    def used(match: re.Match[str]) -> str:
        value = variables.get(match["plain"] or match["braced"]) or match["default"] or ""
        return value.removeprefix(match["before"] or "").removesuffix(match["after"] or "")

    return _USE.sub(used, written)
