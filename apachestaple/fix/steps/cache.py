"""Plans SSLStaplingCache: one in the main server, with a sufficient size."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from apachestaple.fix.editing.place import (
    KIN_OF_CACHE,
    from_variable,
    in_main_server,
    replace,
    uses_variable,
)
from apachestaple.fix.editing.render import StaplingCache
from apachestaple.fix.steps.plan import Plan
from apachestaple.fix.steps.removal import lines_removed
from apachestaple.mod_ssl.cache import parse_cache
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.rules.remedy import MoveCacheToMainServer, ProvideCache

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.fix.editing.render import Renderer
    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.cache import CacheSetting
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.remedy import Remedy

# A relative path starts at ServerRoot.
DEFAULT_PATH = "logs/ssl_stapling"


def plan_cache(site: Site, remedies: Sequence[Remedy], renderer: Renderer) -> Plan:
    """Move, correct, resize or add SSLStaplingCache."""
    moves = [remedy for remedy in remedies if isinstance(remedy, MoveCacheToMainServer)]
    wanted = next((remedy for remedy in remedies if isinstance(remedy, ProvideCache)), None)
    why = "SSLStaplingCache is only allowed in the main server"
    moved = tuple(lines_removed((move.directive, why) for move in moves))
    if wanted is not None and wanted.directive is not None:
        plan = _correct(site, wanted.directive, wanted.size, renderer)
        return Plan((*plan.edits, *moved), plan.refused)
    if site.caches or (wanted is None and not moves):
        return Plan(moved)
    known = first_argument(moves[0].directive) if moves else ""
    size = moves[0].size if moves else wanted.size if wanted else 0
    line = StaplingCache(
        cache_path(site, parse_cache(known) if known else None),
        size,
        _quote(moves[0].directive) if moves else "",
    )
    reason = f"a cache of {size} bytes in the main server"
    added = in_main_server(site, renderer, renderer.lines(line), reason, kin=KIN_OF_CACHE)
    return Plan((*moved, *added))


def _correct(site: Site, directive: Directive, size: int, renderer: Renderer) -> Plan:
    path = cache_path(site, parse_cache(first_argument(directive)))
    if uses_variable(directive):
        # A variable in the path is kept; if it contains more than the path, nothing is changed.
        written = _written_path(directive)
        if written is None:
            return Plan(refused=(from_variable(directive),))
        path = written
    lines = renderer.lines(StaplingCache(path, size, _quote(directive)))
    return Plan((replace(directive, lines, f"a cache of {size} bytes"),))


def _quote(directive: Directive) -> str:
    """The quote around the argument, or ``""``."""
    return directive.raw[0] if directive.raw[:1] in ("'", '"') else ""


def _written_path(directive: Directive) -> str | None:
    """The path of a shmcb cache as it is written, with its variables."""
    text = directive.source_file.physical_line(directive.line)
    found = re.search(r"shmcb:([^\s\"'()]+)(?:\([0-9]*\))?[\"']?\s*$", text)
    return found[1] if found and not directive.in_macro else None


def cache_path(site: Site, cache: CacheSetting | None) -> str:
    """The path of the cache, or a path in the folder of SSLSessionCache."""
    if cache is not None and cache.is_shmcb and re.fullmatch(r"[^\s()]+", cache.path):
        return cache.path
    for directive in site.configuration.named("SSLSessionCache"):
        folder = (_written_path(directive) or "").rpartition("/")[0]
        if folder:
            return f"{folder}/ssl_stapling"
    return DEFAULT_PATH
