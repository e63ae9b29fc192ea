"""Plans SSLUseStapling: on or off for each host, with the fewest lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.fix.editing.edit import refusal
from apachestaple.fix.editing.place import (
    NoPlaceError,
    from_variable,
    is_editable,
    remove,
    uses_variable,
)
from apachestaple.fix.steps.idle import idle_settings
from apachestaple.fix.steps.plan import Plan, place_of
from apachestaple.fix.steps.removal import lines_removed
from apachestaple.fix.steps.switches import SWITCH, Way, Wish, plan_way
from apachestaple.rules.remedy import TurnStapling

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from apachestaple.fix.editing.render import Renderer
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.remedy import Remedy


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
    wishes, refused = _possible(site, wishes)
    ways, unplaced = _ways(site, wishes, _main_states(site, wishes, wanted), renderer)
    if not ways:
        refused += unplaced
        ways, _ = _ways(site, wishes, [site.main.use_stapling], renderer)
    # If two are equal, the main server stays unchanged.
    best = min(ways, key=Way.rank)
    fulfilled = [_kept(wish) if wish.host in best.unfulfilled else wish for wish in wishes]
    removed = lines_removed([*best.removed.values(), *idle_settings(site, fulfilled)])
    return Plan((*best.edits, *removed), (*refused, *best.refused))


def _ways(
    site: Site, wishes: Sequence[Wish], states: Iterable[bool], renderer: Renderer
) -> tuple[list[Way], list[str]]:
    """A way for each state of the main server, and why there is none."""
    ways, refused = [], []
    for state in states:
        try:
            ways.append(plan_way(site, wishes, state, renderer))
        except NoPlaceError as error:
            refused.append(str(error))
    return ways, refused


def _wish(host: Host, wanted: Mapping[Host, TurnStapling]) -> Wish:
    remedy = wanted.get(host)
    if remedy is None:
        return Wish(host, host.use_stapling)
    return Wish(host, remedy.on, remedy.reason, is_wanted=True)


def _kept(wish: Wish) -> Wish:
    """The wish that a host staples as before."""
    return Wish(wish.host, wish.host.use_stapling)


def _main_states(
    site: Site, wishes: Sequence[Wish], wanted: Mapping[Host, TurnStapling]
) -> list[bool]:
    """The possible states of the main server, which hosts that are added later inherit.

    An administrator's ``SSLUseStapling off`` is only changed by an unsafe remedy for a host that
    inherits it. ``SSLUseStapling on`` is only removed if no host needs it.
    """
    of_main = [wish.on for wish in wishes if wish.host.is_main]
    if of_main:
        return of_main
    now, switch = site.main.use_stapling, site.main.own.get(SWITCH)
    states = [now]
    # If no host inherits the state, to change it is one more line.
    if not site.configuration.whole or all(SWITCH in wish.host.own for wish in wishes):
        return states
    if switch is None:
        return [now, not now]
    if switch.in_macro or uses_variable(switch) or not is_editable(site, switch):
        return states
    if now:
        may_change = not any(wish.on for wish in wishes)
    else:
        inheriting = (r for host, r in wanted.items() if SWITCH not in host.own)
        may_change = any(remedy.on and not remedy.safe for remedy in inheriting)
    return [now, not now] if may_change else states


def _possible(site: Site, wishes: list[Wish]) -> tuple[list[Wish], list[str]]:
    """The wishes, without those that no edit can fulfil, and the refusals."""
    by_section: dict[tuple[str, int], list[Wish]] = {}
    for wish in wishes:
        if wish.host.section is not None:
            by_section.setdefault(place_of(wish.host.section), []).append(wish)
    refused = []
    kept: set[int] = set()
    for (file, line), sharing in by_section.items():
        if len({wish.on for wish in sharing}) > 1:
            names = ", ".join(sorted({wish.host.name for wish in sharing}))
            refused.append(
                f"{file} line {line} was not changed: it is for {names}, which need different "
                "settings"
            )
            kept.update(id(wish.host) for wish in sharing)
    for wish in wishes:
        own = wish.host.own.get(SWITCH)
        if own is not None and wish.on != wish.host.use_stapling and uses_variable(own):
            refused.append(from_variable(own))
            kept.add(id(wish.host))
        elif own is not None and wish.host.is_main and wish.reason and not is_editable(site, own):
            file, _ = place_of(own)
            why = site.configuration.paths.edit_refusal(file)
            refused.append(refusal(remove(own, wish.reason), why or ""))
            kept.add(id(wish.host))
    left = [_kept(wish) if id(wish.host) in kept else wish for wish in wishes]
    return left, list(dict.fromkeys(refused))
