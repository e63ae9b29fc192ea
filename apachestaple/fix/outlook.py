"""For each host, whether it staples before and after a repair."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apachestaple.mod_ssl.staples import prospect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site


@dataclass(frozen=True, slots=True)
class Outlook:
    """One TLS host.

    Attributes:
        name: name and port.
        before: whether its clients got a staple, and why; ``""`` if the host is new.
        after: whether its clients get a staple with the repaired configuration, and why.

    """

    name: str
    before: str
    after: str


def outlooks(before: Site, after: Site) -> tuple[Outlook, ...]:
    """All TLS hosts of the repaired configuration, each once."""
    known = {key: _told(host, before) for key, host in _numbered(before)}
    found = (
        Outlook(host.name, known.get(key, ""), _told(host, after)) for key, host in _numbered(after)
    )
    # A host that is included twice is one host for its clients.
    return tuple(dict.fromkeys(found))


def _numbered(site: Site) -> Iterator[tuple[tuple[str, int], Host]]:
    """The hosts, with their names, and numbers for hosts with the same name."""
    seen: Counter[str] = Counter()
    for host in site.tls_hosts:
        yield (host.name, seen[host.name]), host
        seen[host.name] += 1


def _told(host: Host, site: Site) -> str:
    found = prospect(host, site)
    if found.staples is None:
        return f"it is not known whether it staples: {found.why}"
    if found.staples:
        return f"staples: {found.why}"
    problem = next((each for each in host.stapling_problems if each is not None), None)
    why = found.why
    if not host.use_stapling and problem is not None and problem.reason not in why:
        why = f"{why}, and {problem.reason}"
    return f"no staple: {why}"
