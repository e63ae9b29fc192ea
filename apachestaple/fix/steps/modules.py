"""Plans LoadModule for modules that are installed but not loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.fix.editing.edit import Edit, Where
from apachestaple.fix.editing.render import LoadModule as LoadModuleLine
from apachestaple.fix.steps.plan import Plan
from apachestaple.httpd.loadable import NotLoadableError, loading
from apachestaple.rules.remedy import LoadModule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.fix.editing.render import Renderer
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.remedy import Remedy


def plan_modules(site: Site, remedies: Sequence[Remedy], renderer: Renderer) -> Plan:
    """Load each module once, in the way of the distribution."""
    wanted = {remedy.module: remedy.reason for remedy in remedies if isinstance(remedy, LoadModule)}
    edits: list[Edit] = []
    refused = []
    for module, reason in wanted.items():
        try:
            edits += _load(site, module, reason, renderer)
        except NotLoadableError as error:
            refused.append(f"{reason}: {error}")
    return Plan(tuple(edits), tuple(refused))


def _load(site: Site, module: str, reason: str, renderer: Renderer) -> Iterator[Edit]:
    """The edits that load a module.

    Raises:
        NotLoadableError: it is not installed.

    """
    way = loading(site.configuration, module)
    for link, target in way.links:
        yield Edit(link, 0, Where.LINK, (target,), reason)
    if way.path:
        lines = renderer.lines(LoadModuleLine(module=module, path=way.path))
        if way.file:
            yield Edit(way.file, 0, Where.FILE, lines, reason)
        elif way.beside is not None:
            file = site.configuration.files[way.beside.file].real_path
            yield Edit(file, way.beside.line, Where.AFTER, lines, reason)
