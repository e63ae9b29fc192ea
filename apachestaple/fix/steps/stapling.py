"""Plans SSLUseStapling: on or off for each host, with the fewest lines."""

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
from apachestaple.fix.steps.plan import Plan
from apachestaple.rules.remedy import TurnStapling

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from apachestaple.fix.editing.render import Renderer
    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.remedy import Remedy


@dataclass(frozen=True, slots=True)
class _Wish:
    """Whether stapling must be on for a host, and why; no reason if nothing changes."""

    host: Host
    on: bool
    reason: str


def plan_stapling(site: Site, remedies: Sequence[Remedy], renderer: Renderer) -> Plan:
    """Turn stapling on or off in the main server, and in the hosts that differ from it."""
    wanted: dict[Host, TurnStapling] = {}
    for remedy in remedies:
        if isinstance(remedy, TurnStapling):
            for host in remedy.hosts:
                wanted.setdefault(host, remedy)
    if not wanted:
        return Plan()
    wishes = [_wish(host, wanted) for host in site.tls_hosts if not host.mod_md_staples]
    wishes, refused = _possible(wishes)
    of_main = [wish.on for wish in wishes if wish.host.is_main]
    states = of_main or [site.main.use_stapling]
    if not of_main and site.configuration.whole and _main_is_editable(site):
        states.append(not site.main.use_stapling)
    # The fewest lines; if two are equal, the main server stays unchanged.
    best = min((_plan(site, wishes, state, renderer) for state in states), key=_lines)
    return Plan(tuple(edit for change in best for edit in change), tuple(refused))


def _wish(host: Host, wanted: Mapping[Host, TurnStapling]) -> _Wish:
    remedy = wanted.get(host)
    if remedy is None:
        return _Wish(host, host.use_stapling, "")
    return _Wish(host, remedy.on, remedy.reason)


def _possible(wishes: list[_Wish]) -> tuple[list[_Wish], list[str]]:
    """The wishes, without those that no edit can fulfil, and the refusals."""
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


# The edits that change one line; they can include a new file and a link.
_Change = tuple[Edit, ...]


def _lines(plan: Sequence[_Change]) -> int:
    """The number of directives that a plan changes."""
    return len(plan)


def _plan(site: Site, wishes: Sequence[_Wish], main: bool, renderer: Renderer) -> list[_Change]:
    """The changes that fulfil the wishes if stapling is ``main`` in the main server."""
    changes: dict[tuple[str, int, str], _Change] = {}

    def add(*change: Edit) -> None:
        changes.setdefault((change[0].file, change[0].line, change[0].where), change)

    if main != site.main.use_stapling:
        switch = site.main.own.get("sslusestapling")
        lines = renderer.lines(UseStapling(_word(main), "", "as for most hosts"))
        reason = f"stapling {_word(main)} in the main server, as for most hosts"
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
            # The shared line is changed, and each host that needs the old value gets its own line.
            for wish in against[:1]:
                add(replace(wish.host.own["sslusestapling"], *_said(wish, renderer)))
            against = agreeing
        for wish in against:
            if wish.host.section is not None:
                add(last_in_host(wish.host.section, *_said(wish, renderer)))
    return list(changes.values())


def _said(wish: _Wish, renderer: Renderer) -> tuple[tuple[str, ...], str]:
    """The line that fulfils a wish, and its reason."""
    because = f": {wish.reason}" if wish.reason else ", as before"
    reason = f"stapling {_word(wish.on)} for {wish.host.name}{because}"
    return renderer.lines(UseStapling(_word(wish.on), wish.host.name, wish.reason)), reason


def _sections(wishes: Iterable[_Wish]) -> set[tuple[str, int]]:
    return {_place(wish.host.section) for wish in wishes if wish.host.section is not None}


def _word(on: bool) -> str:
    return "on" if on else "off"
