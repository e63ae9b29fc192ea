"""The modules that stapling needs, where they are installed and not loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.fix.editing.edit import Edit, Where
from apachestaple.fix.editing.render import LoadModule
from apachestaple.fix.steps.plan import Plan, Repairs
from apachestaple.httpd.loadable import NotLoadableError, loading
from apachestaple.mod_ssl.cache import PROVIDERS
from apachestaple.mod_ssl.directives import SSL_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.site import Site

_SHMCB = "socache_shmcb_module"


def repair_modules(site: Site, repairs: Repairs) -> Plan:
    """mod_ssl where there are directives of it, and the module of the cache's provider."""
    if not site.configuration.whole:
        return Plan()
    edits: list[Edit] = []
    refused = []
    for module, reason in dict(_needed(site, repairs)).items():
        try:
            edits += load(site, module, reason, repairs)
        except NotLoadableError as error:
            refused.append(f"{reason}: {error}")
    return Plan(tuple(edits), tuple(refused))


def load(site: Site, module: str, reason: str, repairs: Repairs) -> Iterator[Edit]:
    """The edits that load a module, as its distribution does it.

    Raises:
        NotLoadableError: it is not installed.

    """
    way = loading(site.configuration, module)
    for link, target in way.links:
        yield Edit(link, 0, Where.LINK, (target,), reason)
    if way.path:
        lines = repairs.renderer.lines(LoadModule(module=module, path=way.path))
        if way.file:
            yield Edit(way.file, 0, Where.FILE, lines, reason)
        elif way.beside is not None:
            file = site.configuration.files[way.beside.file].real_path
            yield Edit(file, way.beside.line, Where.AFTER, lines, reason)


def _needed(site: Site, repairs: Repairs) -> Iterator[tuple[str, str]]:
    """Modules that are not loaded, and what each is for."""
    configuration = site.configuration
    if not site.has_mod_ssl:
        first = next((d for d in configuration.directives if d.key in SSL_NAMES), None)
        if first is not None and repairs.wanted("AS107", first, site):
            yield "ssl_module", f"{first.name} needs mod_ssl"
    if site.cache is not None:
        module = PROVIDERS.get(site.cache.provider)
        if (
            module is not None
            and not configuration.has_module(module)
            and repairs.wanted("AS204", site.caches[-1], site)
        ):
            name = module.removesuffix("_module")
            yield module, f"the cache provider {site.cache.provider} needs mod_{name}"
    elif (
        not configuration.has_module(_SHMCB)
        and "AS201" in repairs.codes
        and any(host.use_stapling for host in site.tls_hosts)
    ):
        yield _SHMCB, "a cache needs mod_socache_shmcb"
