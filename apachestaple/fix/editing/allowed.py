"""What the lines that a template renders may be.

A user's template may be somebody else's, and httpd reads what it renders as root.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from apachestaple.httpd.words import split_words
from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES
from apachestaple.templating import TemplateProblemError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_DIRECTIVES = frozenset(STAPLING_DIRECTIVES) | {"mdstapling"}
_CONDITION = re.compile(r"</IfModule>|<IfModule[ \t]+!?[A-Za-z0-9_.-]+>", re.IGNORECASE)
_VARIABLE = re.compile(r"\$\{[^}]*\}?")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")
_TEXT_LIMIT = 64 * 1024


def allowed_lines(
    text: str, template: str, values: Collection[str], asked_for: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """The lines of a rendered text, without empty ones, white space and line endings at the end.

    Args:
        text: what the template has rendered.
        template: what messages call it.
        values: the texts that it was given.
        asked_for: name and arguments of a directive that is allowed in this form alone, such as
            a LoadModule; empty where there is none.

    Raises:
        TemplateProblemError: a line is neither a comment, nor a condition on a module, nor a
            directive that fix itself writes.

    """
    if len(text) > _TEXT_LIMIT:
        limit = f"{_TEXT_LIMIT // 1024} KB"
        raise TemplateProblemError(f"{template}: renders more than {limit} of configuration")
    known = {variable for value in values for variable in _VARIABLE.findall(value)}
    lines = []
    for number, line in _numbered(text):
        reason = _refusal(line, known, asked_for)
        if reason is not None:
            raise TemplateProblemError(f"{template}: line {number} of what it renders {reason}")
        lines.append(line)
    return tuple(lines)


def _numbered(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip(" \t\r"):
            yield number, line.rstrip(" \t\r")


def _refusal(line: str, known: Collection[str], asked_for: tuple[str, ...]) -> str | None:
    """Why a line may not be written, as the end of a sentence."""
    control = _CONTROL.search(line)
    if control is not None:
        return f"has the control character U+{ord(control[0]):04X}"
    if line.endswith("\\"):
        return "ends with a backslash, so that the next line would be a part of it"
    for variable in _VARIABLE.findall(line):
        if variable not in known:
            return f"has {variable}, which is in none of its variables"
    first, _, _ = line.strip().partition(" ")
    if first.startswith("#") or _CONDITION.fullmatch(line.strip()):
        return None
    name = first.partition("\t")[0].lower()
    if name in _DIRECTIVES:
        return None
    if name == "loadmodule" and asked_for[:1] != (name,):
        return "loads a module that fix has not asked for"
    if asked_for[:1] != (name,):
        return f"has {first}; it may have directives of stapling, <IfModule> and comments only"
    if split_words(line)[1:] != list(asked_for[1:]):
        return f"has another {first} than fix has asked for"
    return None
