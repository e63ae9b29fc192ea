"""Stapling on where it can work, off where it cannot, with the fewest lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apachestaple.fix.place import in_host, in_main_server, real_file, replace, uses_variable
from apachestaple.fix.plan import Plan, Repairs
from apachestaple.fix.render import UseStapling
from apachestaple.rules.lint import is_suppressed
from apachestaple.tls.hosts import Obstacle, ObstacleKind
from apachestaple.tls.uri import url_fault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apachestaple.fix.edit import Edit
    from apachestaple.tls.hosts import Host
    from apachestaple.tls.site import Site

# The rule that finds an obstacle where stapling is on.
_RULES = {
    ObstacleKind.NO_URI: "AS304",
    ObstacleKind.NO_ISSUER: "AS305",
    ObstacleKind.SELF_SIGNED: "AS307",
    ObstacleKind.URI_NOT_HTTP: "AS401",
    ObstacleKind.FORCE_URL_NOT_HTTP: "AS402",
    ObstacleKind.SWITCHED_OFF: "AS403",
}
# Whatever the certificates, which may not be here.
_FORCED = Obstacle(ObstacleKind.FORCE_URL_NOT_HTTP, "SSLStaplingForceURL is not an http URL")


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a host is to have; ``keep`` where what it has now is to stay, whatever that is."""

    host: Host
    on: bool
    keep: bool
    reason: str


def repair_stapling(site: Site, repairs: Repairs) -> Plan:
    """Switch stapling on or off in the main server, and in the hosts that differ from it."""
    wishes = [_wish(host, site, repairs) for host in site.tls_hosts if not host.mod_md_staples]
    if all(wish.on == wish.host.use_stapling for wish in wishes):
        return Plan()
    wishes, refused = _agreeing(wishes)
    choices = [_plan(site, wishes, None, repairs)]
    if site.configuration.whole and not site.main.is_tls and _main_is_editable(site):
        choices += [_plan(site, wishes, state, repairs) for state in (True, False)]
    # The fewest lines; where it is all the same, the main server stays as it is.
    best = min(choices, key=len)
    return Plan(tuple(best), tuple(refused))


def _wish(host: Host, site: Site, repairs: Repairs) -> _Wish:
    now = host.use_stapling
    keep = _Wish(host, now, True, "")
    found = [obstacle for obstacle in host.obstacles if obstacle is not None]
    if not now:
        # A fragment does not show whether stapling is on in the main server, or has a cache.
        if not host.can_staple or not site.configuration.whole or not _can_cache(site):
            return keep
        code = "AS306" if host.must_staple else "AS501"
        # What the host's own administrator has switched off stays off, unless clients demand it.
        allowed = code == "AS306" or repairs.unsafe or "sslusestapling" not in host.own
        if not allowed or code not in repairs.codes or _is_left_alone(host, code, site):
            return keep
        return _Wish(host, True, False, "its certificates can be stapled")
    if not host.is_hopeless:
        return keep
    if host.force_url and url_fault(host.force_url):
        found.append(_FORCED)
    for obstacle in found:
        rule = _RULES.get(obstacle.kind, "")
        if rule in repairs.codes and not _is_left_alone(host, rule, site):
            return _Wish(host, False, False, obstacle.reason)
    return keep


def _is_left_alone(host: Host, code: str, site: Site) -> bool:
    """Whether a comment at the host, its switch or its certificates ignores the rule."""
    switch = host.setting("SSLUseStapling")
    directives = [switch, host.section, *(c.directive for c in host.certificates)]
    return any(d is not None and is_suppressed(code, d.place, site) for d in directives)


def _can_cache(site: Site) -> bool:
    """Whether there is a provider for the cache that stapling needs."""
    return bool(site.caches) or site.configuration.has_module("socache_shmcb_module")


def _agreeing(wishes: list[_Wish]) -> tuple[list[_Wish], list[str]]:
    """Leave hosts as they are that stand in the same lines of a file and wish different things."""
    by_place: dict[tuple[str, int], list[_Wish]] = {}
    for wish in wishes:
        for place in _places(wish.host):
            by_place.setdefault(place, []).append(wish)
    refused = []
    kept: set[int] = set()
    for (file, line), sharing in by_place.items():
        if len({wish.on for wish in sharing}) > 1:
            names = ", ".join(sorted({wish.host.name for wish in sharing}))
            refused.append(f"{file} line {line} is for {names}, which need different settings")
            kept.update(id(wish.host) for wish in sharing)
    for wish in wishes:
        own = wish.host.own.get("sslusestapling")
        if own is not None and wish.on != wish.host.use_stapling and uses_variable(own):
            refused.append(f"{own.file} line {own.line} has its value from a variable")
            kept.add(id(wish.host))
    left = [
        _Wish(wish.host, wish.host.use_stapling, True, "") if id(wish.host) in kept else wish
        for wish in wishes
    ]
    return left, refused


def _places(host: Host) -> list[tuple[str, int]]:
    own = host.own.get("sslusestapling") if host.section else None
    directives = [d for d in (host.section, own) if d is not None]
    return [(real_file(d), d.line) for d in directives]


def _main_is_editable(site: Site) -> bool:
    switch = site.main.own.get("sslusestapling")
    return switch is None or not (switch.in_macro or uses_variable(switch))


def _plan(site: Site, wishes: Iterable[_Wish], main: bool | None, repairs: Repairs) -> list[Edit]:
    """The edits that fulfil the wishes; ``main`` is what the main server is to say."""
    edits: dict[tuple[str, int, str], Edit] = {}

    def add(edit: Edit) -> None:
        edits.setdefault((edit.file, edit.line, edit.where), edit)

    inherited = site.main.use_stapling
    if main is not None and main != inherited:
        switch = site.main.own.get("sslusestapling")
        lines = repairs.renderer.lines(UseStapling(_word(main), "", "most hosts need it"))
        reason = f"stapling {_word(main)} in the main server, as most hosts need it"
        add(
            replace(switch, lines, reason)
            if switch is not None
            else in_main_server(site, lines, reason)
        )
        inherited = main
    for wish in wishes:
        host = wish.host
        own = host.own.get("sslusestapling")
        has = host.flag("SSLUseStapling") if own is not None else inherited
        if has == wish.on:
            continue
        lines = repairs.renderer.lines(UseStapling(_word(wish.on), host.name, wish.reason))
        because = f": {wish.reason}" if wish.reason else ", as before"
        reason = f"stapling {_word(wish.on)} for {host.name}{because}"
        add(replace(own, lines, reason) if own is not None else in_host(site, host, lines, reason))
    return list(edits.values())


def _word(on: bool) -> str:
    return "on" if on else "off"
