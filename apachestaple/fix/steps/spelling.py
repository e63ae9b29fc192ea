"""Plans corrections of misspelt names, and of quotes and spaces from web pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.fix.editing.place import (
    from_variable,
    real_file,
    replace,
    uses_variable,
    written_lines,
)
from apachestaple.fix.steps.plan import Plan
from apachestaple.mod_ssl.web_characters import without_web_characters
from apachestaple.rules.remedy import RenameDirective, ReplaceWebCharacters

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from apachestaple.fix.editing.edit import Edit
    from apachestaple.fix.editing.render import Renderer
    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.remedy import Remedy


def plan_spelling(_site: Site, remedies: Sequence[Remedy], _renderer: Renderer) -> Plan:
    """Correct names and characters; a line may need both."""
    edits: dict[tuple[str, int], Edit] = {}
    refused: dict[str, None] = {}
    for remedy in remedies:
        if not isinstance(remedy, (RenameDirective, ReplaceWebCharacters)):
            continue
        directive = remedy.directive
        # Two directives of a file that is included twice are on the same line.
        place = real_file(directive), directive.line
        earlier = edits.get(place)
        written = list(earlier.lines) if earlier else _stripped(written_lines(directive))
        if isinstance(remedy, RenameDirective):
            lines, reason = _renamed(remedy, written)
        else:
            lines = _stripped(map(without_web_characters, written))
            reason = "straight quotes and normal spaces instead of those of a web page"
        if lines != written:
            reason = f"{earlier.reason}; {reason}" if earlier else reason
            edits[place] = replace(directive, lines, reason)
        elif earlier is None:
            refused[_why_not(directive)] = None
    return Plan(tuple(edits.values()), tuple(refused))


def _stripped(lines: Iterable[str]) -> list[str]:
    first, *further = (line.rstrip() for line in lines)
    return [first.lstrip(), *further]


def _renamed(remedy: RenameDirective, written: list[str]) -> tuple[list[str], str]:
    name = remedy.directive.name
    first, *further = written
    if not first.lstrip("\"'").startswith(name):
        return written, ""
    return [first.replace(name, remedy.name, 1), *further], f"{remedy.name} instead of {name}"


def _why_not(directive: Directive) -> str:
    if uses_variable(directive):
        return from_variable(directive)
    place = f"{directive.file} line {directive.line}"
    return f"{place} was not changed: the name continues on the next line"
