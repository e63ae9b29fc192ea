"""The smallest configuration that still shows what is wrong."""

from __future__ import annotations

import time
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from tests.shared.case import look
from tests.shared.judge import HOSTS
from tests.shared.site import Profile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.shared.arena import Arena
    from tests.shared.case import Case
    from tests.shared.judge import Wrong
    from tests.shared.site import Site


def shrunk(arena: Arena, case: Case, wrong: Wrong, seconds: float) -> Case:
    """Without whatever can be left out while the same is wrong with some host.

    ``seconds`` limits how long it is tried.
    """
    end = time.monotonic() + seconds
    commands = () if wrong.command == HOSTS else (wrong.command,)
    before = None
    while before != case.site:
        before = case.site
        for smaller in _steps(case.site, wrong.host):
            if time.monotonic() > end:
                return case
            site = smaller(case.site)
            if site == case.site:
                continue
            seen = look(arena, site, commands)
            if any(wrong.is_like(other) for other in seen.wrong):
                case = seen
    return case


def _steps(site: Site, name: str) -> Iterator[Callable[[Site], Site]]:
    """Steps to take one after the other, each from what the one before has left."""
    yield lambda site: _related(site, name)
    yield lambda site: replace(site, hosts=tuple(replace(one, way="inline") for one in site.hosts))
    for host in site.hosts:
        yield lambda site, host=host: site.without(host.name)  # type: ignore[misc]
    yield _without_main_certificates
    for number, profile in enumerate(site.profiles):
        for smaller in _lesser(profile):
            yield lambda site, n=number, smaller=smaller: _with_profile(site, n, smaller)  # type: ignore[misc]


def _related(site: Site, name: str) -> Site:
    """Those hosts alone that share a certificate with this one."""
    leaves = {server.name: {one.leaf for one in server.certificates} for server in site.servers()}
    wanted = leaves.get(name, set())
    kept = tuple(host for host in site.hosts if wanted & leaves.get(host.name, set()))
    return replace(site, hosts=kept) if kept else site


def _without_main_certificates(site: Site) -> Site:
    main = site.main
    if not main.certificates or not all(host.certificates for host in site.hosts):
        return site
    # Hosts that inherit SSLEngine would have no TLS any more, and stand at a port for it.
    if any(site.profiles[host.profile].engine is None for host in site.hosts):
        return site
    profiles = (replace(site.profiles[0], engine=None), *site.profiles[1:])
    return replace(site, main=replace(main, certificates=()), profiles=profiles)


def _with_profile(site: Site, number: int, smaller: Callable[[Profile], Profile]) -> Site:
    if number not in {host.profile for host in (site.main, *site.hosts)}:
        return site
    profiles = (
        *site.profiles[:number],
        smaller(site.profiles[number]),
        *site.profiles[number + 1 :],
    )
    return replace(site, profiles=profiles)


def _lesser(profile: Profile) -> Iterator[Callable[[Profile], Profile]]:
    for field in fields(Profile):
        # Whether a host has TLS decides on its port.
        if field.name not in ("engine", "settings") and getattr(profile, field.name) is not None:
            yield lambda one, name=field.name: replace(one, **{name: None})  # type: ignore[misc]
    for setting in profile.settings:
        yield lambda one, gone=setting: replace(  # type: ignore[misc]
            one, settings=tuple(kept for kept in one.settings if kept != gone)
        )
