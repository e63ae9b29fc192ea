"""Which lines a template may render.

A template may come from somebody else, and httpd reads the rendered lines as root.
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
    """The lines of a rendered text, without empty lines, trailing white space and line endings.

    Args:
        text: the rendered text.
        template: the name of the template, for messages.
        values: the texts among its variables.
        asked_for: name and arguments of a directive that is only allowed with exactly these
            arguments, such as a LoadModule; empty if there is none.

    Raises:
        TemplateProblemError: a line is neither a comment, nor a condition on a module, nor a
            directive that fix itself writes.

    """
    if len(text) > _TEXT_LIMIT:
        limit = f"{_TEXT_LIMIT // 1024} KB"
        raise TemplateProblemError(f"{template}: renders more than {limit}")
    known = {variable for value in values for variable in _VARIABLE.findall(value)}
    lines = []
    for number, line in _numbered(text):
        reason = _refusal(line, known, asked_for)
        if reason is not None:
            raise TemplateProblemError(f"{template}: line {number} of the rendered text {reason}")
        lines.append(line)
    return tuple(lines)


def _numbered(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip(" \t\r"):
            yield number, line.rstrip(" \t\r")


def _refusal(line: str, known: Collection[str], asked_for: tuple[str, ...]) -> str | None:
    """Why a line is not allowed, as the end of a sentence; ``None`` if it is allowed."""
    control = _CONTROL.search(line)
    if control is not None:
        return f"has the control character U+{ord(control[0]):04X}"
    if line.endswith("\\"):
        return "ends with a backslash, so the next line would be a part of it"
    for variable in _VARIABLE.findall(line):
        if variable not in known:
            return f"has {variable}, which none of the template's variables contains"
    first, _, _ = line.strip().partition(" ")
    if first.startswith("#") or _CONDITION.fullmatch(line.strip()):
        return None
    name = first.partition("\t")[0].lower()
    if name in _DIRECTIVES:
        return None
    if name == "loadmodule" and asked_for[:1] != (name,):
        return "loads another module than the given one"
    if asked_for[:1] != (name,):
        return f"has {first}; only stapling directives, <IfModule> and comments are allowed"
    if split_words(line)[1:] != list(asked_for[1:]):
        return f"has {first} with other arguments than the given ones"
    return None
