"""Plans to move directives of the main server out of the files of sites."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from apachestaple.fix.editing.edit import refusal
from apachestaple.fix.editing.place import KIN_OF_CACHE, in_main_server
from apachestaple.fix.steps.plan import Plan
from apachestaple.fix.steps.removal import lines_removed
from apachestaple.httpd.words import next_word
from apachestaple.rules.remedy import MoveOutOfSiteFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.fix.editing.render import Renderer
    from apachestaple.httpd.configuration import Configuration, Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.remedy import Remedy

_VARIABLE = re.compile(r"\$\{([^}]*)\}")


def plan_moved(site: Site, remedies: Sequence[Remedy], renderer: Renderer) -> Plan:
    """Move one directive; the others are moved next to it in the next rounds."""
    move = next((each for each in remedies if isinstance(each, MoveOutOfSiteFile)), None)
    if move is None:
        return Plan()
    directive = move.directive
    name = directive.name
    why = f"{name} moved, as hosts of other sites use it"
    moved = tuple(lines_removed((each, why) for each in (directive, *move.copies)))
    may_not_edit = site.configuration.paths.edit_refusal
    refused = tuple(
        refusal(edit, because) for edit in moved if (because := may_not_edit(edit.file)) is not None
    )
    if refused:
        return Plan(refused=refused)
    line = _written(directive, site.configuration)
    reason = f"{name} moved here from {os.path.basename(directive.file)}, the file of a site"
    kin = (directive.key, *KIN_OF_CACHE)
    return Plan((*in_main_server(site, renderer, (line,), reason, kin=kin), *moved))


def _written(directive: Directive, configuration: Configuration) -> str:
    """The line of a directive, with the variables that have the same values everywhere."""
    written = directive.source_file.lines.text[directive.position].strip()
    environment = configuration.environment
    resolved = _VARIABLE.sub(lambda use: environment.get(use[1], use[0]), written)
    if not directive.in_macro and next_word(resolved)[1] == directive.raw:
        return written
    return f"{directive.name} {directive.raw}"
