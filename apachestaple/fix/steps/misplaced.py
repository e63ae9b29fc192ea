"""Plans to move directives out of sections in which httpd rejects them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.fix.editing.edit import refusal
from apachestaple.fix.editing.place import from_variable, in_host, remove, uses_variable
from apachestaple.fix.steps.plan import Plan, place_of
from apachestaple.fix.steps.removal import lines_removed
from apachestaple.rules.remedy import MoveOutOfSection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.fix.editing.edit import Edit
    from apachestaple.fix.editing.render import Renderer
    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.remedy import Remedy


def plan_misplaced(site: Site, remedies: Sequence[Remedy], renderer: Renderer) -> Plan:
    """Move each line into its host; several hosts may include the line."""
    added: dict[tuple[str, int, str], Edit] = {}
    removed: dict[tuple[str, int], tuple[Directive, str]] = {}
    refused: dict[str, None] = {}
    for remedy in remedies:
        if not isinstance(remedy, MoveOutOfSection):
            continue
        directive, host = remedy.directive, remedy.host
        reason = f"{directive.name} removed, as it is not allowed in {_section(directive)}"
        why = site.configuration.paths.edit_refusal(place_of(directive)[0])
        if uses_variable(directive):
            refused[from_variable(directive)] = None
            continue
        if why is not None:
            refused[refusal(remove(directive, reason), why)] = None
            continue
        removed.setdefault(place_of(directive), (directive, reason))
        if host is None:
            continue
        line = directive.source_file.lines.text[directive.position].strip()
        moved = f"{directive.name} moved here from {_section(directive)}"
        for edit in in_host(site, host, renderer, (line,), moved):
            added.setdefault((edit.file, edit.line, edit.where), edit)
    return Plan((*added.values(), *lines_removed(removed.values())), tuple(refused))


def _section(directive: Directive) -> str:
    return f"{directive.parent.name}>" if directive.parent else "this section"
