"""Remedies for the cache, which several rules use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.loadable import why_not_loadable
from apachestaple.mod_ssl.cache import PROVIDERS, parse_cache
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.mod_ssl.reloads import starts
from apachestaple.rules.remedy import LoadModule, ProvideCache

if TYPE_CHECKING:
    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.remedy import Remedy

_SHMCB = PROVIDERS["shmcb"]


def correction(directive: Directive, site: Site) -> ProvideCache | None:
    """The remedy for the argument of SSLStaplingCache; ``None`` if httpd does not use the line."""
    if not site.caches or site.caches[-1].place != directive.place:
        return None
    return ProvideCache(directive=directive, size=site.needed_cache_size(site.cache))


def new_cache(remedy: Remedy, site: Site) -> tuple[Remedy | None, str | None]:
    """A remedy that adds a cache or first loads its module, else why neither is possible."""
    if site.configuration.may_have_module(_SHMCB):
        return remedy, None
    problem = why_not_loadable(site.configuration, _SHMCB)
    if problem is not None:
        return None, problem
    return LoadModule(module=_SHMCB, reason="a cache needs mod_socache_shmcb"), None


def kept_cache(site: Site) -> Directive:
    """Of several SSLStaplingCache, the one to keep.

    It is the last one, which httpd uses, or one with the same provider that does not depend on the
    file of a site.
    """
    last = site.caches[-1]
    dependences = site.configuration.dependences
    if dependences.site_file(last) is None:
        return last
    for each in reversed(site.caches):
        cache = parse_cache(first_argument(each))
        is_same = site.cache is not None and cache.provider == site.cache.provider
        if is_same and dependences.site_file(each) is None and starts(cache, site):
            return each
    return last


def is_same_line(one: Directive, other: Directive) -> bool:
    """Whether two directives are one line, whose file is read twice or has two names."""
    return one.position == other.position and (
        one.source_file.real_path == other.source_file.real_path
    )


def can_replace(kept: Directive, removed: Directive, site: Site) -> bool:
    """Whether httpd reads one directive in all cases in which it reads the other."""
    if not site.configuration.whole and kept.source_file is not removed.source_file:
        return False
    conditions = site.configuration.dependences.conditions
    return conditions(kept) <= conditions(removed)
