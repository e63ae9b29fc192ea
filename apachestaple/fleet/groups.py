"""Hosts counted by what they have in common."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from apachestaple.fleet.document import Host

# Names of authorities and responders are few, but a document may be hostile.
_MOST_GROUPS = 100_000
OTHERS = "others"
NOT_KNOWN = "unknown"

# The last day of each period, and its name.
_PERIODS = ((7, "within 7 days"), (30, "in 8 to 30 days"), (90, "in 31 to 90 days"))
EXPIRED = "expired"
LATER = "in more than 90 days"
PERIODS = (EXPIRED, *(name for _, name in _PERIODS), LATER, NOT_KNOWN)


@dataclass(slots=True)
class Group:
    """The number of hosts with the same value, of those that staple or not, and of servers."""

    name: str
    hosts: int = 0
    staples: int = 0
    unstapled: int = 0
    unknown: int = 0
    servers: int = 0
    _last: str | None = None

    def add(self, host: Host, server: str) -> None:
        """Count a host; those of a server follow one another."""
        self.hosts += 1
        if host.staples:
            self.staples += 1
        elif host.staples is None:
            self.unknown += 1
        else:
            self.unstapled += 1
        if self._last != server:
            self._last = server
            self.servers += 1


class Groups:
    """The groups of one kind, such as one for each responder."""

    def __init__(self) -> None:
        self._groups: dict[str, Group] = {}

    def add(self, names: Iterable[str], host: Host, server: str) -> None:
        """Count a host in the groups with these names, which are different."""
        for name in names:
            group = self._groups.get(name)
            if group is None:
                if len(self._groups) >= _MOST_GROUPS:
                    name = OTHERS  # noqa: PLW2901  (memory must not grow with hostile names)
                group = self._groups.setdefault(name, Group(name))
            group.add(host, server)

    def ranked(self) -> list[Group]:
        """The groups, the largest first."""
        return sorted(self._groups.values(), key=lambda group: (-group.hosts, group.name))

    def ordered(self, names: Sequence[str]) -> list[Group]:
        """The groups with these names, in their order."""
        return [self._groups.get(name) or Group(name) for name in names]


def authorities(host: Host) -> set[str]:
    """The issuers of the certificates of a host."""
    return {one.issuer or NOT_KNOWN for one in host.certificates} or {NOT_KNOWN}


def responders(host: Host) -> set[str]:
    """The responders that are queried about the certificates of a host."""
    known = {one.responder or ("none" if one.subject else NOT_KNOWN) for one in host.certificates}
    return known or {NOT_KNOWN}


def bare_name(name: str) -> str:
    """The name of a host without its port; empty if it is too short to stand for the host."""
    bare = name.rpartition(":")[0] or name
    return bare if len(bare) > 3 else ""


def reason(host: Host) -> str:
    """Why it staples or not, with HOST in place of its name, so that hosts can be grouped."""
    name = bare_name(host.name)
    return host.why.replace(name, "HOST") if name else host.why


def earliest_end(host: Host) -> str | None:
    """When the first of its certificates expires."""
    return min((one.ends for one in host.certificates if one.ends), default=None)


class Calendar:
    """The periods from ``now`` in which certificates expire."""

    def __init__(self, now: datetime) -> None:
        utc = now.astimezone(UTC)
        self._limits = [(f"{utc:%Y-%m-%dT%H:%M:%SZ}", EXPIRED)]
        self._limits += [
            (f"{utc + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}", name) for days, name in _PERIODS
        ]

    def period(self, end: str | None) -> str:
        """The period of a time, one of `PERIODS`."""
        if end is None:
            return NOT_KNOWN
        return next((name for limit, name in self._limits if end <= limit), LATER)
