"""Plans SSLUseStapling: on or off for each host, with the fewest lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apachestaple.fix.editing.edit import Edit, refusal
from apachestaple.fix.editing.place import (
    NoPlaceError,
    from_variable,
    in_host,
    in_main_server,
    is_editable,
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
    wishes, refused = _possible(site, wishes)
    of_main = [wish.on for wish in wishes if wish.host.is_main]
    states = of_main or [site.main.use_stapling]
    if not of_main and site.configuration.whole and _main_is_editable(site):
        states.append(not site.main.use_stapling)
    ways, unplaced = _ways(site, wishes, states, renderer)
    if not ways:
        refused += unplaced
        ways, _ = _ways(site, wishes, [site.main.use_stapling], renderer)
    # If two are equal, the main server stays unchanged.
    best = min(ways, key=_Way.rank)
    edits = tuple(edit for change in best.changes.values() for edit in change)
    return Plan(edits, (*refused, *best.refused))


def _ways(
    site: Site, wishes: Sequence[_Wish], states: Iterable[bool], renderer: Renderer
) -> tuple[list[_Way], list[str]]:
    """A way for each state of the main server, and why there is none."""
    ways, refused = [], []
    for state in states:
        try:
            ways.append(_plan(site, wishes, state, renderer))
        except NoPlaceError as error:
            refused.append(str(error))
    return ways, refused


def _wish(host: Host, wanted: Mapping[Host, TurnStapling]) -> _Wish:
    remedy = wanted.get(host)
    if remedy is None:
        return _Wish(host, host.use_stapling, "")
    return _Wish(host, remedy.on, remedy.reason)


def _possible(site: Site, wishes: list[_Wish]) -> tuple[list[_Wish], list[str]]:
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
        elif own is not None and wish.host.is_main and wish.reason and not is_editable(site, own):
            why = site.configuration.paths.edit_refusal(real_file(own))
            refused.append(refusal(replace(own, (), wish.reason), why or ""))
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
    if switch is None:
        return True
    return not (switch.in_macro or uses_variable(switch)) and is_editable(site, switch)


# The edits that change one line; they can include a new file and a link.
_Change = tuple[Edit, ...]


@dataclass
class _Way:
    """One way to fulfil the wishes.

    Attributes:
        changes: the changes, by the place of their first edit.
        refused: why wishes are not fulfilled.
        harms: whether it would change hosts that must stay as they are.

    """

    changes: dict[tuple[str, int, str], _Change] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    harms: bool = False

    def add(self, *change: Edit) -> None:
        self.changes.setdefault((change[0].file, change[0].line, change[0].where), change)

    def rank(self) -> tuple[bool, int, int]:
        """Less is better: refusals count before lines."""
        return self.harms, len(self.refused), len(self.changes)


def _plan(site: Site, wishes: Sequence[_Wish], main: bool, renderer: Renderer) -> _Way:
    """The way to fulfil the wishes if stapling is ``main`` in the main server."""
    way = _Way()
    if main != site.main.use_stapling:
        switch = site.main.own.get("sslusestapling")
        lines = renderer.lines(UseStapling(_word(main), "", "as for most hosts"))
        reason = f"stapling {_word(main)} in the main server, as for most hosts"
        if switch is None:
            way.add(*in_main_server(site, renderer, lines, reason))
        else:
            way.add(replace(switch, lines, reason))
    by_switch: dict[tuple[str, int], list[_Wish]] = {}
    for wish in wishes:
        own = wish.host.own.get("sslusestapling")
        if wish.host.is_main:
            continue
        if own is not None:
            by_switch.setdefault(_place(own), []).append(wish)
        elif wish.on != main:
            _add_line(way, site, wish, in_host(site, wish.host, renderer, *_said(wish, renderer)))
    for sharing in by_switch.values():
        against = [wish for wish in sharing if wish.on != wish.host.use_stapling]
        agreeing = [wish for wish in sharing if wish.on == wish.host.use_stapling]
        if against and _is_line_changed(site, against, agreeing):
            # Each host that needs the old value gets its own line.
            first = against[0]
            way.add(replace(first.host.own["sslusestapling"], *_said(first, renderer)))
            against = agreeing
        for wish in against:
            _add_line(way, site, wish, (_overriding(site, wish, *_said(wish, renderer)),))
    return way


def _overriding(site: Site, wish: _Wish, lines: tuple[str, ...], reason: str) -> Edit:
    """A line at the end of a host; if no file can be edited, its present line, for a refusal."""
    section, own = wish.host.section, wish.host.own["sslusestapling"]
    is_possible = section is not None and is_editable(site, section)
    if section is None or not (is_possible or is_editable(site, own)):
        return replace(own, lines, reason)
    return last_in_host(section, lines, reason)


def _is_line_changed(site: Site, against: Sequence[_Wish], agreeing: Sequence[_Wish]) -> bool:
    """Whether a shared line is changed, and not overridden in each host that it is wrong for."""
    switch = against[0].host.own["sslusestapling"]
    if not is_editable(site, switch) or not all(_has_editable_section(site, w) for w in agreeing):
        return False
    if not all(_has_editable_section(site, wish) for wish in against):
        return True
    return len(_sections(agreeing)) < len(_sections(against))


def _has_editable_section(site: Site, wish: _Wish) -> bool:
    return wish.host.section is not None and is_editable(site, wish.host.section)


def _add_line(way: _Way, site: Site, wish: _Wish, change: _Change) -> None:
    """Add a line to a host, if its file can be edited."""
    why = site.configuration.paths.edit_refusal(change[0].file)
    if why is None:
        way.add(*change)
    else:
        way.refused.append(refusal(change[0], why))
        way.harms = way.harms or not wish.reason


def _said(wish: _Wish, renderer: Renderer) -> tuple[tuple[str, ...], str]:
    """The line that fulfils a wish, and its reason."""
    because = f": {wish.reason}" if wish.reason else ", as before"
    reason = f"stapling {_word(wish.on)} for {wish.host.name}{because}"
    return renderer.lines(UseStapling(_word(wish.on), wish.host.name, wish.reason)), reason


def _sections(wishes: Iterable[_Wish]) -> set[tuple[str, int]]:
    return {_place(wish.host.section) for wish in wishes if wish.host.section is not None}


def _word(on: bool) -> str:
    return "on" if on else "off"
