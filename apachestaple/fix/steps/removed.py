"""Plans the removal of single directives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.fix.editing.place import from_variable, real_file, uses_variable
from apachestaple.fix.steps.plan import Plan
from apachestaple.fix.steps.removal import lines_removed
from apachestaple.rules.remedy import RemoveDirective

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.fix.editing.render import Renderer
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.remedy import Remedy


def plan_removed(_site: Site, remedies: Sequence[Remedy], _renderer: Renderer) -> Plan:
    """Remove each line once; a line with a variable stays, if the value is the reason."""
    removed: dict[tuple[str, int], RemoveDirective] = {}
    refused: dict[str, None] = {}
    for remedy in remedies:
        if not isinstance(remedy, RemoveDirective):
            continue
        directive = remedy.directive
        if remedy.for_its_value and uses_variable(directive):
            refused[from_variable(directive)] = None
        else:
            removed.setdefault((real_file(directive), directive.line), remedy)
    return Plan(
        tuple(lines_removed((each.directive, each.reason) for each in removed.values())),
        tuple(refused),
    )
