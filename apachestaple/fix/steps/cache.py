"""One cache, in the main server, of a size that works."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from apachestaple.fix.editing.place import (
    KIN_OF_CACHE,
    from_variable,
    in_main_server,
    remove,
    replace,
    uses_variable,
)
from apachestaple.fix.editing.render import StaplingCache
from apachestaple.fix.steps.plan import Plan, Repairs
from apachestaple.mod_ssl.cache import (
    LONG_RESPONSE,
    PROVIDERS,
    CacheSetting,
    Response,
    holds_all,
    parse_cache,
    recommended_size,
    shmcb_layout,
)
from apachestaple.mod_ssl.hosts import first_argument

if TYPE_CHECKING:
    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site


def repair_cache(site: Site, repairs: Repairs) -> Plan:
    """Add, move, correct or resize SSLStaplingCache; take out what has no effect."""
    misplaced = [
        directive
        for directive in site.misplaced
        if directive.key == "sslstaplingcache" and repairs.wanted("AS202", directive, site)
    ]
    moved = [remove(d, "the cache belongs into the main server") for d in misplaced]
    if site.caches:
        *further, last = site.caches
        repeated = [
            remove(directive, "only the last SSLStaplingCache counts")
            for directive in further
            if directive.place != last.place and repairs.wanted("AS208", directive, site)
        ]
        plan = _correct(site, last, repairs)
        return Plan((*repeated, *plan.edits, *moved), plan.refused)
    if not site.configuration.whole:
        places = [f"{d.file} line {d.line}" for d in misplaced]
        return Plan(refused=tuple(f"{place}: the main server is not in it" for place in places))
    needed = any(host.use_stapling for host in site.tls_hosts)
    if not misplaced and not (needed and "AS201" in repairs.codes):
        return Plan()
    if not site.configuration.has_module("socache_shmcb_module"):
        # repair_modules says why.
        return Plan()
    known = parse_cache(first_argument(misplaced[0])) if misplaced else None
    quote = _quote(misplaced[0]) if misplaced else ""
    snippet = StaplingCache(_path(site, known), _size(site, known), quote)
    lines = repairs.renderer.lines(snippet)
    reason = f"a cache of {snippet.size} bytes in the main server"
    added = in_main_server(site, repairs.renderer, lines, reason, kin=KIN_OF_CACHE)
    return Plan((*moved, *added))


def _correct(site: Site, directive: Directive, repairs: Repairs) -> Plan:
    cache = parse_cache(first_argument(directive))
    fault = _fault(site, cache) if len(directive.arguments) == 1 else None
    if fault is None or not repairs.wanted(fault, directive, site):
        return Plan()
    size = _size(site, cache)
    path = _path(site, cache)
    if uses_variable(directive):
        # A variable in the path is kept as it is written; one that makes up more is not ours.
        written = _written_path(directive)
        if written is None:
            return Plan(refused=(from_variable(directive),))
        path = written
    lines = repairs.renderer.lines(StaplingCache(path, size, _quote(directive)))
    return Plan((replace(directive, lines, f"a cache of {size} bytes"),))


def _fault(site: Site, cache: CacheSetting) -> str | None:
    """The rule that finds what is wrong with the value."""
    if cache.provider not in PROVIDERS:
        return "AS203"
    if cache.refusal:
        return "AS205"
    if cache.size is None:
        return None
    if not shmcb_layout(cache.size).starts:
        return "AS206"
    return "AS207" if _size(site, cache) != cache.size else None


def _quote(directive: Directive) -> str:
    """The quote that the argument is written with."""
    return directive.raw[0] if directive.raw[:1] in ("'", '"') else ""


def _written_path(directive: Directive) -> str | None:
    """The path of a shmcb cache as it is written, its variables not replaced."""
    text = directive.source_file.physical_line(directive.line)
    found = re.search(r"shmcb:([^\s\"'()]+)(?:\([0-9]*\))?[\"']?\s*$", text)
    return found[1] if found and not directive.in_macro else None


def _path(site: Site, cache: CacheSetting | None) -> str:
    """The path that the cache has, or one beside that of SSLSessionCache."""
    if cache is not None and cache.is_shmcb and re.fullmatch(r"[^\s()]+", cache.path):
        return cache.path
    for directive in site.configuration.named("SSLSessionCache"):
        folder = (_written_path(directive) or "").rpartition("/")[0]
        if folder:
            return f"{folder}/ssl_stapling"
    return "logs/ssl_stapling"


def _size(site: Site, cache: CacheSetting | None) -> int:
    """The size that the cache has, if it works and holds long responses; else one that does."""
    responses = [Response(sha1, LONG_RESPONSE) for sha1 in site.stapled_certificates]
    if cache is not None and cache.size is not None and holds_all(cache.size, responses):
        return cache.size
    return recommended_size(responses)
