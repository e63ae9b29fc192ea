"""The addresses of host names, IPv4 and IPv6."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# For all names together, in seconds: a resolver that does not answer gives up after 5 to 30.
PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Resolved:
    """What became of a name.

    Attributes:
        addresses: without duplicates, IPv4 first, in order.
        trouble: why there is none, or ``None``.

    """

    addresses: tuple[str, ...] = ()
    trouble: str | None = None


def resolve(names: Iterable[str], *, seconds: float = PATIENCE) -> Mapping[str, Resolved]:
    """The addresses of each name, all asked for at the same time.

    They are those that httpd gets, too: from this machine's resolver, its hosts file included.
    An address stands for itself, and nobody is asked.
    """
    wanted = list(dict.fromkeys(names))
    found: dict[str, Resolved] = {}

    def ask(name: str) -> None:
        found[name] = _resolved(name)

    # The resolver knows no time limit; a thread that is left behind ends with the program.
    asking = [threading.Thread(target=ask, args=(name,), daemon=True) for name in wanted]
    for thread in asking:
        thread.start()
    end = time.monotonic() + seconds
    for thread in asking:
        thread.join(max(end - time.monotonic(), 0))
    late = Resolved(trouble=f"no answer within {seconds:g} seconds")
    return {name: found.get(name, late) for name in wanted}


def _resolved(name: str) -> Resolved:
    try:
        # As bytes: httpd knows no internationalised names.
        answers = socket.getaddrinfo(name.encode(), None, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        return Resolved(trouble=(reason or str(error)).lower())
    # A zone, as in fe80::1%eth0, is this machine's own.
    parsed = {ipaddress.ip_address(str(place[0]).partition("%")[0]) for *_, place in answers}
    ordered = sorted(parsed, key=lambda address: (address.version, int(address)))
    return Resolved(tuple(map(str, ordered)))
