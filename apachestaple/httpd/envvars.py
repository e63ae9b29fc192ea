"""Reads shell files that set variables for httpd, such as Debian's envvars.

The scripts are not run. Assignments are read from top to bottom. Of an ``if`` on variables, only
the true branch is read; for other conditions, all branches.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from apachestaple.httpd.paths import content
from apachestaple.lazy import pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apachestaple.httpd.boundary import Boundary

# The largest file in bytes. Debian's has 2 KB.
LARGEST_FILE = 256 * 1024
# The limit for all values of a file, in characters. Each assignment may double an earlier value.
MOST_ASSIGNED = 4 * 1024 * 1024

_ASSIGNMENT = pattern(
    r"^\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)="
    r"(?P<value>\"(?:[^\"\\]++|\\.)*+\"|'[^']*+'|[^\s;#]*+)"
)
_UNSET = pattern(r"^\s*unset\s+(?P<name>[A-Za-z_][A-Za-z0-9_]*)")
# The lengths are limited, so that the search for a missing brace takes linear time.
_USE = pattern(
    r"\$(?:(?P<plain>[A-Za-z_][A-Za-z0-9_]*)"
    r"|\{(?P<braced>[A-Za-z_][A-Za-z0-9_]{0,200})"
    r"(?::?[-=](?P<default>[^}]{0,256})|##?(?P<before>[^}*?\[]{0,256})"
    r"|%%?(?P<after>[^}*?\[]{0,256}))?\})"
)
_IF = pattern(r"^\s*(?P<word>if|elif)\s+(?P<condition>\S.*)")
_WHOLE_IF = pattern(r"^\s*if\b.*;\s*fi\s*$")
_ELSE = pattern(r"^\s*else\b")
_FI = pattern(r"^\s*fi\b")
_WORD = r"\"[^\"]*\"|'[^']*'|[^\s\"']+"
_COMPARISON = pattern(rf"(?P<left>{_WORD})\s+(?P<operator>=|==|!=)\s+(?P<right>{_WORD})")
_EMPTY = pattern(rf"(?P<operator>-[nz])\s+(?P<word>{_WORD})")


class EnvvarsError(Exception):
    """The file cannot be read; the message is the reason."""


def read_envvars(
    path: str, environment: Mapping[str, str], boundary: Boundary | None = None
) -> dict[str, str]:
    """``environment`` with the assignments of the file at ``path``, if it exists.

    Raises:
        EnvvarsError: it is not a regular file, cannot be read, or is too large.

    """
    try:
        text = content(path, LARGEST_FILE, boundary).decode("utf-8", "surrogateescape")
    except (FileNotFoundError, NotADirectoryError):
        return dict(environment)
    except OSError as error:
        raise EnvvarsError(str(error.strerror)) from None
    return assigned_variables(text, environment)


def assigned_variables(text: str, environment: Mapping[str, str]) -> dict[str, str]:
    """``environment`` with the assignments of a text.

    Raises:
        EnvvarsError: the values have more characters than `MOST_ASSIGNED`.

    """
    variables = dict(environment)
    assigned = 0
    branches = _Branches()
    for line in text.splitlines():
        if "\0" in line or branches.takes(line, variables) or not branches.are_read:
            continue
        if unset := _UNSET().match(line):
            variables.pop(unset["name"], None)
        elif assignment := _ASSIGNMENT().match(line):
            value = _value(assignment["value"], variables, MOST_ASSIGNED - assigned)
            assigned += len(value)
            variables[assignment["name"]] = value
    return variables


class _Branches:
    """The ``if`` statements that contain a line."""

    def __init__(self) -> None:
        # For each: whether its branch is read, and whether a true branch was found.
        self._open: list[tuple[bool, bool]] = []
        self._unread = 0

    @property
    def are_read(self) -> bool:
        return self._unread == 0

    def _enter(self, *, read: bool, done: bool) -> None:
        self._open.append((read, done))
        self._unread += not read

    def _leave(self) -> bool:
        """Leave an ``if``; whether a true branch was found."""
        read, done = self._open.pop()
        self._unread -= not read
        return done

    def takes(self, line: str, variables: Mapping[str, str]) -> bool:
        """Process ``line``; whether it is part of an ``if`` statement."""
        if _WHOLE_IF().match(line):
            return True
        if found := _IF().match(line):
            done = found["word"] == "elif" and bool(self._open) and self._leave()
            holds = None if done else _holds(_condition(found["condition"]), variables)
            self._enter(read=not done and holds is not False, done=done or holds is True)
        elif _ELSE().match(line) and self._open:
            done = self._leave()
            self._enter(read=not done, done=done)
        elif _FI().match(line) and self._open:
            self._leave()
        else:
            return False
        return True


def _condition(written: str) -> str:
    """The condition between ``if`` and ``then``."""
    written = written.rstrip()
    before = written.removesuffix("then").rstrip()
    return before.removesuffix(";").rstrip() if before.endswith(";") else written


def _tested(condition: str) -> str:
    """The operand of a test, ``""`` for any other condition."""
    if condition[:1] == "[" and condition[-1:] == "]" and condition[1:2].isspace():
        inside = condition[1:-1]
        return inside.strip() if inside[-1:].isspace() else ""
    word, _, rest = condition.partition(" ")
    return rest.strip() if word == "test" else ""


def _holds(condition: str, variables: Mapping[str, str]) -> bool | None:
    """Whether a test of variables is true; ``None`` for any other condition."""
    tested = _tested(condition)
    if comparison := _COMPARISON().fullmatch(tested):
        same = _value(comparison["left"], variables) == _value(comparison["right"], variables)
        return same != (comparison["operator"] == "!=")
    if empty := _EMPTY().fullmatch(tested):
        return (_value(empty["word"], variables) == "") == (empty["operator"] == "-z")
    return None


def _value(written: str, variables: Mapping[str, str], most: int = MOST_ASSIGNED) -> str:
    """The value of a word.

    Raises:
        EnvvarsError: it has more than ``most`` characters.

    """
    if written.startswith("'"):
        return written[1:-1]
    if written.startswith('"'):
        written = re.sub(r'\\(["\\$`])', r"\1", written[1:-1])
    length = len(written)

    def used(match: re.Match[str]) -> str:
        nonlocal length
        value = variables.get(match["plain"] or match["braced"]) or match["default"] or ""
        length += len(value)
        if length > most:
            raise EnvvarsError(f"its variables have more than {MOST_ASSIGNED >> 20} MB")
        return value.removeprefix(match["before"] or "").removesuffix(match["after"] or "")

    return _USE().sub(used, written)
