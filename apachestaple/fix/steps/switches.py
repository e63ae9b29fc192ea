"""The lines to change so that SSLUseStapling is as wished, for one state of the main server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apachestaple.fix.editing.edit import refusal
from apachestaple.fix.editing.place import (
    in_host,
    in_main_server,
    is_editable,
    last_in_host,
    replace,
)
from apachestaple.fix.editing.render import UseStapling
from apachestaple.fix.steps.plan import place_of
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.rules.reason_comment import reason_of_switch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from apachestaple.fix.editing.edit import Edit
    from apachestaple.fix.editing.render import Renderer
    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site

SWITCH = "sslusestapling"


@dataclass(frozen=True, slots=True)
class Wish:
    """Whether stapling must be on for a host.

    Attributes:
        host: the host.
        on: whether stapling must be on.
        reason: the reason; ``""`` if nothing changes for the host.
        is_wanted: whether a remedy is for this host.

    """

    host: Host
    on: bool
    reason: str = ""
    is_wanted: bool = False


@dataclass
class Way:
    """One way to fulfil the wishes.

    Attributes:
        added: lines that are added or replaced; one can include a new file and a link.
        removed: lines that are removed.
        refused: why wishes are not fulfilled.
        unfulfilled: the hosts of these wishes, which staple as before.
        harms: whether it would change hosts that must stay as they are.

    """

    added: dict[tuple[str, int, str], tuple[Edit, ...]] = field(default_factory=dict)
    removed: dict[tuple[str, int], tuple[Directive, str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    unfulfilled: set[Host] = field(default_factory=set)
    harms: bool = False

    def add(self, *change: Edit) -> None:
        """Add or replace a line, once."""
        first, *_ = change
        self.added.setdefault((first.file, first.line, first.where), change)

    def remove(self, directive: Directive, reason: str) -> None:
        """Remove a line, once."""
        self.removed.setdefault(place_of(directive), (directive, reason))

    def rank(self) -> tuple[bool, int, int]:
        """Less is better: refusals count before lines."""
        return self.harms, len(self.refused), len(self.added) + len(self.removed)

    @property
    def edits(self) -> Iterator[Edit]:
        """The edits of the added lines."""
        return (edit for change in self.added.values() for edit in change)


def plan_way(site: Site, wishes: Sequence[Wish], main: bool, renderer: Renderer) -> Way:
    """The way to fulfil the wishes if stapling is ``main`` in the main server."""
    way = Way()
    if main != site.main.use_stapling:
        _change_main(site, wishes, main, renderer, way)
    by_switch: dict[tuple[str, int], list[Wish]] = {}
    for wish in wishes:
        own = wish.host.own.get(SWITCH)
        if wish.host.is_main:
            continue
        if own is not None:
            by_switch.setdefault(place_of(own), []).append(wish)
        elif wish.on != main:
            _add_line(way, site, wish, in_host(site, wish.host, renderer, *_line(wish, renderer)))
    is_known = site.configuration.whole or SWITCH in site.main.own
    inherited = main if is_known else None
    of_main = site.main.own.get(SWITCH)
    shared_with_main = of_main and place_of(of_main)
    for place, sharing in by_switch.items():
        beneath = None if place == shared_with_main else inherited
        _change_line(way, site, sharing, beneath, renderer)
    return way


def _change_main(
    site: Site, wishes: Sequence[Wish], main: bool, renderer: Renderer, way: Way
) -> None:
    switch = site.main.own.get(SWITCH)
    of_main = next((wish for wish in wishes if wish.host.is_main), None)
    if of_main is not None:
        lines, reason = _line(of_main, renderer)
    else:
        because = "as for most hosts" if main else "no host can be stapled"
        lines = renderer.lines(UseStapling(_word(on=main), "", because))
        reason = f"stapling {_word(on=main)} in the main server, {because}"
    if switch is None:
        way.add(*in_main_server(site, renderer, lines, reason))
    elif _state_beneath(site.main, inherited=False) is main:
        way.remove(switch, reason)
    else:
        way.add(replace(switch, lines, reason))


def _change_line(
    way: Way, site: Site, sharing: Sequence[Wish], inherited: bool | None, renderer: Renderer
) -> None:
    """Change a line of one host, or one that several hosts share.

    ``inherited`` is the state of hosts without the line, ``None`` if it is unknown.
    """
    switch = sharing[0].host.own[SWITCH]
    against = [wish for wish in sharing if wish.on != wish.host.use_stapling]
    agreeing = [wish for wish in sharing if wish.on == wish.host.use_stapling]
    if not against:
        # The line stays, and only its comment changes.
        for wish in [wish for wish in agreeing if wish.is_wanted][:1]:
            _add_line(way, site, wish, (replace(switch, *_line(wish, renderer)),))
    elif _is_line_changed(site, against, agreeing):
        # Each host that needs the old value gets its own line.
        first = against[0]
        if all(_state_beneath(wish.host, inherited=inherited) is first.on for wish in against):
            way.remove(switch, _reason(first))
        else:
            way.add(replace(switch, *_line(first, renderer)))
        against = agreeing
    for wish in against:
        _add_line(way, site, wish, (_overriding(site, wish, *_line(wish, renderer)),))


def _overriding(site: Site, wish: Wish, lines: tuple[str, ...], reason: str) -> Edit:
    """A line at the end of a host; if no file can be edited, its present line, for a refusal."""
    section, own = wish.host.section, wish.host.own[SWITCH]
    is_possible = section is not None and is_editable(site, section)
    if section is None or not (is_possible or is_editable(site, own)):
        return replace(own, lines, reason)
    return last_in_host(section, lines, reason)


def _is_line_changed(site: Site, against: Sequence[Wish], agreeing: Sequence[Wish]) -> bool:
    """Whether a line is changed, and not overridden in each host that it is wrong for.

    A shared line is only changed if it is wrong for all of its hosts, because those that are added
    later have it, too.
    """
    switch = against[0].host.own[SWITCH]
    if not is_editable(site, switch) or not all(_has_editable_section(site, w) for w in agreeing):
        return False
    if not all(_has_editable_section(site, wish) for wish in against):
        return True
    is_included = any(_is_included(switch, wish.host) for wish in against)
    return not agreeing and (not is_included or len(_sections(against)) > 1)


def _is_included(switch: Directive, host: Host) -> bool:
    """Whether a host has a line from another file."""
    return host.section is None or place_of(switch)[0] != place_of(host.section)[0]


def _has_editable_section(site: Site, wish: Wish) -> bool:
    return wish.host.section is not None and is_editable(site, wish.host.section)


def _add_line(way: Way, site: Site, wish: Wish, change: tuple[Edit, ...]) -> None:
    """Add a line to a host, if its file can be edited."""
    why = site.configuration.paths.edit_refusal(change[0].file)
    if why is None:
        way.add(*change)
    else:
        way.refused.append(refusal(change[0], why))
        way.unfulfilled.add(wish.host)
        way.harms = way.harms or not wish.reason


def _state_beneath(host: Host, *, inherited: bool | None) -> bool | None:
    """The state of a host without its own last line; ``None`` if it is unknown."""
    earlier = [directive for directive in host.overridden if directive.key == SWITCH]
    return first_argument(earlier[-1]).lower() == "on" if earlier else inherited


def _line(wish: Wish, renderer: Renderer) -> tuple[tuple[str, ...], str]:
    """The line that fulfils a wish, with its comment, and its reason."""
    comment = reason_of_switch(wish.host, on=wish.on) if renderer.comments else ""
    line = UseStapling(_word(on=wish.on), wish.host.name, wish.reason, comment)
    return renderer.lines(line), _reason(wish)


def _reason(wish: Wish) -> str:
    because = f": {wish.reason}" if wish.reason else ", as before"
    return f"stapling {_word(on=wish.on)} for {wish.host.name}{because}"


def _sections(wishes: Iterable[Wish]) -> set[tuple[str, int]]:
    return {place_of(wish.host.section) for wish in wishes if wish.host.section is not None}


def _word(*, on: bool) -> str:
    return "on" if on else "off"
