"""Resolves host names to IPv4 and IPv6 addresses."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apachestaple.network.concurrency import at_once
from apachestaple.network.connect import ConnectError, Deadline
from apachestaple.network.connect import resolve as resolve_one

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# The limit for all names together, in seconds. A resolver that does not answer gives up after 5 to
# 30.
PATIENCE = 10.0
_MOST_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Resolved:
    """The result for a name.

    Attributes:
        addresses: without duplicates, IPv4 first, sorted.
        problem: why there is none, or ``None``.

    """

    addresses: tuple[str, ...] = ()
    problem: str | None = None


def resolve(names: Iterable[str], *, seconds: float = PATIENCE) -> Mapping[str, Resolved]:
    """The addresses of each name; names are resolved in parallel.

    httpd gets the same addresses on this machine, including those of the hosts file. An address is
    returned unchanged.
    """
    wanted = list(dict.fromkeys(names))
    deadline = Deadline.after(seconds)
    found = dict(at_once(lambda name: _resolved(name, deadline), wanted, most=_MOST_AT_ONCE))
    return {name: found[name] for name in wanted}


def _resolved(name: str, deadline: Deadline) -> Resolved:
    try:
        answers = resolve_one(name, 0, deadline)
    except ConnectError as error:
        return Resolved(problem=str(error))
    # A zone, as in fe80::1%eth0, is valid only on this machine.
    parsed = {ipaddress.ip_address(str(place[0]).partition("%")[0]) for *_, place in answers}
    ordered = sorted(parsed, key=lambda address: (address.version, int(address)))
    return Resolved(tuple(map(str, ordered)))
