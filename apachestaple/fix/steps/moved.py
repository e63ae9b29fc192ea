"""Plans to move directives of the main server out of the files of sites."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

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
    line = _written(directive, site.configuration)
    name = os.path.basename(directive.file)
    reason = f"{directive.name} does not depend on the site of {name}"
    kin = (directive.key, *KIN_OF_CACHE)
    added = in_main_server(site, renderer, (line,), reason, kin=kin)
    why = f"{directive.name} is in the file of a site, and others use it"
    moved = lines_removed((each, why) for each in (directive, *move.copies))
    return Plan((*added, *moved))


def _written(directive: Directive, configuration: Configuration) -> str:
    """The line of a directive, with the variables that have the same values everywhere."""
    written = directive.source_file.lines.text[directive.position].strip()
    environment = configuration.environment
    resolved = _VARIABLE.sub(lambda use: environment.get(use[1], use[0]), written)
    if not directive.in_macro and next_word(resolved)[1] == directive.raw:
        return written
    return f"{directive.name} {directive.raw}"
