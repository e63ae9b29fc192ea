"""Stapling on where it can work, off where it cannot, with the fewest lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apachestaple.fix.editing.edit import Edit
from apachestaple.fix.editing.place import (
    from_variable,
    in_host,
    in_main_server,
    last_in_host,
    real_file,
    replace,
    uses_variable,
)
from apachestaple.fix.editing.render import UseStapling
from apachestaple.fix.steps.plan import Plan, Repairs
from apachestaple.httpd.loadable import is_loadable
from apachestaple.lint.suppressions import is_suppressed
from apachestaple.mod_ssl.hosts import Obstacle, ObstacleKind
from apachestaple.ocsp.uri import url_fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from apachestaple.fix.editing.render import Renderer
    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site

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
    """What a host is to have, and why; no reason where it is what it has."""

    host: Host
    on: bool
    reason: str


def repair_stapling(site: Site, repairs: Repairs) -> Plan:
    """Switch stapling on or off in the main server, and in the hosts that differ from it."""
    wishes = [_wish(host, site, repairs) for host in site.tls_hosts if not host.mod_md_staples]
    if all(wish.on == wish.host.use_stapling for wish in wishes):
        return Plan()
    wishes, refused = _possible(wishes)
    of_main = [wish.on for wish in wishes if wish.host.is_main]
    states = of_main or [site.main.use_stapling]
    if not of_main and site.configuration.whole and _main_is_editable(site):
        states.append(not site.main.use_stapling)
    # The fewest lines; where it is all the same, the main server stays as it is.
    best = min((_plan(site, wishes, state, repairs) for state in states), key=_lines)
    return Plan(tuple(edit for change in best for edit in change), tuple(refused))


def _wish(host: Host, site: Site, repairs: Repairs) -> _Wish:
    now = host.use_stapling
    keep = _Wish(host, now, "")
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
        return _Wish(host, True, "its certificates can be stapled")
    if not host.is_hopeless:
        return keep
    if host.force_url and url_fault(host.force_url):
        found.append(_FORCED)
    for obstacle in found:
        rule = _RULES.get(obstacle.kind, "")
        if rule in repairs.codes and not _is_left_alone(host, rule, site):
            return _Wish(host, False, obstacle.reason)
    return keep


def _is_left_alone(host: Host, code: str, site: Site) -> bool:
    """Whether a comment at the host, its switch or its certificates ignores the rule."""
    switch = host.setting("SSLUseStapling")
    directives = [switch, host.section, *(c.directive for c in host.certificates)]
    return any(d is not None and is_suppressed(code, d.place, site) for d in directives)


def _can_cache(site: Site) -> bool:
    """Whether there is a provider for the cache that stapling needs, or could be."""
    module = "socache_shmcb_module"
    configuration = site.configuration
    return (
        bool(site.caches) or configuration.has_module(module) or is_loadable(configuration, module)
    )


def _possible(wishes: list[_Wish]) -> tuple[list[_Wish], list[str]]:
    """Leave hosts as they are whose lines cannot say what they wish; and why."""
    by_section: dict[tuple[str, int], list[_Wish]] = {}
    for wish in wishes:
        if wish.host.section is not None:
            by_section.setdefault(_place(wish.host.section), []).append(wish)
    refused = []
    kept: set[int] = set()
    for (file, line), sharing in by_section.items():
        if len({wish.on for wish in sharing}) > 1:
            names = ", ".join(sorted({wish.host.name for wish in sharing}))
            refused.append(f"{file} line {line} is for {names}, which need different settings")
            kept.update(id(wish.host) for wish in sharing)
    for wish in wishes:
        own = wish.host.own.get("sslusestapling")
        if own is not None and wish.on != wish.host.use_stapling and uses_variable(own):
            refused.append(from_variable(own))
            kept.add(id(wish.host))
    left = [
        _Wish(wish.host, wish.host.use_stapling, "") if id(wish.host) in kept else wish
        for wish in wishes
    ]
    return left, list(dict.fromkeys(refused))


def _place(directive: Directive) -> tuple[str, int]:
    return real_file(directive), directive.line


def _main_is_editable(site: Site) -> bool:
    switch = site.main.own.get("sslusestapling")
    return switch is None or not (switch.in_macro or uses_variable(switch))


# The edits that change one line; a file or a link may come with it.
_Change = tuple[Edit, ...]


def _lines(plan: Sequence[_Change]) -> int:
    """How many lines a plan changes, of those that httpd acts on."""
    return len(plan)


def _plan(site: Site, wishes: Sequence[_Wish], main: bool, repairs: Repairs) -> list[_Change]:
    """What fulfils the wishes, where the main server says ``main``; each line once."""
    renderer = repairs.renderer
    changes: dict[tuple[str, int, str], _Change] = {}

    def add(*change: Edit) -> None:
        changes.setdefault((change[0].file, change[0].line, change[0].where), change)

    if main != site.main.use_stapling:
        switch = site.main.own.get("sslusestapling")
        lines = renderer.lines(UseStapling(_word(main), "", "most hosts need it"))
        reason = f"stapling {_word(main)} in the main server, as most hosts need it"
        if switch is None:
            add(*in_main_server(site, renderer, lines, reason))
        else:
            add(replace(switch, lines, reason))
    by_switch: dict[tuple[str, int], list[_Wish]] = {}
    for wish in wishes:
        own = wish.host.own.get("sslusestapling")
        if wish.host.is_main:
            continue
        if own is not None:
            by_switch.setdefault(_place(own), []).append(wish)
        elif wish.on != main:
            add(*in_host(site, wish.host, renderer, *_said(wish, renderer)))
    for sharing in by_switch.values():
        against = [wish for wish in sharing if wish.on != wish.host.use_stapling]
        agreeing = [wish for wish in sharing if wish.on == wish.host.use_stapling]
        if len(_sections(agreeing)) < len(_sections(against)):
            # The line that they share is changed, and those that it was right for speak for
            # themselves.
            for wish in against[:1]:
                add(replace(wish.host.own["sslusestapling"], *_said(wish, renderer)))
            against = agreeing
        for wish in against:
            if wish.host.section is not None:
                add(last_in_host(wish.host.section, *_said(wish, renderer)))
    return list(changes.values())


def _said(wish: _Wish, renderer: Renderer) -> tuple[tuple[str, ...], str]:
    """The line that fulfils a wish, and what it is for."""
    because = f": {wish.reason}" if wish.reason else ", as before"
    reason = f"stapling {_word(wish.on)} for {wish.host.name}{because}"
    return renderer.lines(UseStapling(_word(wish.on), wish.host.name, wish.reason)), reason


def _sections(wishes: Iterable[_Wish]) -> set[tuple[str, int]]:
    return {_place(wish.host.section) for wish in wishes if wish.host.section is not None}


def _word(on: bool) -> str:
    return "on" if on else "off"
