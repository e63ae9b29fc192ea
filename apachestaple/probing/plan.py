"""What is probed: servers by name, and the hosts of configurations."""

from __future__ import annotations

import ipaddress
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from apachestaple.network.resolve import resolve
from apachestaple.probing.promises import compared, targets_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.probing.probe import Prober
    from apachestaple.probing.served import Served
    from apachestaple.probing.targets import Target


@dataclass
class Plan:
    """The targets of a run.

    Attributes:
        named: the targets of the command line.
        promised: the hosts of configurations, with their targets.
        only_public: targets that are not connected to if they have an address that is not public.
        by_address: for a target that is probed at several addresses, a target for each.

    """

    named: Sequence[Target]
    promised: Sequence[tuple[Site, Mapping[Host, Target | None]]] = ()
    only_public: frozenset[Target] = frozenset()
    by_address: dict[Target, list[Target]] = field(default_factory=dict)

    @property
    def targets(self) -> list[Target]:
        """All targets, each once."""
        wanted = [*self.named, *_targets(self.promised)]
        return list(dict.fromkeys(each for target in wanted for each in self._each(target)))

    def results(self, served: Mapping[Target, Served]) -> list[Served]:
        """The results in the order of the plan, compared with the configurations."""
        results = [served[each] for target in self.named for each in self._each(target)]
        for site, hosts in self.promised:
            results += compared(site, hosts, self._each, served)
        return results

    def _each(self, target: Target) -> Sequence[Target]:
        return self.by_address.get(target, (target,))


def plan(
    named: Sequence[Target], sites: Iterable[Site], *, address: str | None, is_allowed: bool
) -> Plan:
    """The plan for targets of the command line, and for the TLS hosts of configurations.

    A configuration of somebody else can contain any address. Hosts of it are probed only at public
    addresses, unless ``address`` says where they are, or ``is_allowed`` is set.
    """
    promised = [(site, targets_of(site, address)) for site in sites]
    foreign = [pair for pair in promised if not pair[0].configuration.installed]
    is_meant = is_allowed or address is not None
    only_public = frozenset() if is_meant else frozenset(_targets(foreign)).difference(named)
    return Plan(list(dict.fromkeys(named)), promised, only_public)


def at_all_addresses(planned: Plan, version: int | None) -> Plan:
    """The plan with a target for each address of a name, of all or of one version of IP."""
    spread: dict[Target, list[Target]] = {}
    names = resolve(target.host for target in planned.targets if target.address is None)
    for target in planned.targets:
        found = names[target.host].addresses if target.address is None else ()
        addresses = [
            address for address in found if version in (None, ipaddress.ip_address(address).version)
        ]
        if addresses:
            spread[target] = [replace(target, address=address) for address in addresses]
    only_public = frozenset(
        each for target in planned.only_public for each in spread.get(target, (target,))
    )
    return replace(planned, only_public=only_public, by_address=spread)


def run(
    prober: Prober,
    targets: Sequence[Target],
    *,
    concurrency: int,
    deadline: float,
    times: int,
    interval: float,
    track: Callable[[Iterator[tuple[Target, Served]]], Iterator[tuple[Target, Served]]],
) -> dict[Target, Served]:
    """Probe all targets a number of times, with pauses of ``interval`` seconds.

    The result is what they send at the last time, with the statuses of the earlier times. Each time
    ends after ``deadline`` seconds. ``track`` shows the progress.
    """

    def probe_all() -> Iterator[tuple[Target, Served]]:
        return track(prober.probe_all(targets, concurrency, deadline=deadline))

    earlier: dict[Target, tuple[str, ...]] = dict.fromkeys(targets, ())
    for _ in range(times - 1):
        for target, served in probe_all():
            earlier[target] += ("no handshake" if served.failure else served.status,)
        time.sleep(interval)
    return {target: replace(served, earlier=earlier[target]) for target, served in probe_all()}


def _targets(
    promised: Iterable[tuple[Site, Mapping[Host, Target | None]]],
) -> Iterator[Target]:
    for _, hosts in promised:
        yield from filter(None, hosts.values())
