"""Remedies for the cache, which several rules use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.loadable import why_not_loadable
from apachestaple.mod_ssl.cache import PROVIDERS
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
