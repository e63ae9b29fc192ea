"""Which virtual host answers a client: first by its address, then by the name in the ClientHello.

Source: server/vhost.c (ap_fini_vhost_config, ap_update_vhost_given_ip, matches_aliases),
modules/ssl/ssl_engine_kernel.c (ssl_find_vhost).
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.lazy import lazy
from apachestaple.mod_ssl.addresses import Address
from apachestaple.mod_ssl.strmatch import matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from apachestaple.mod_ssl.hosts import Host

# Addresses that stand for any other one.
_ANY = frozenset({"", "0.0.0.0", "::"})  # noqa: S104  (compared, not bound)

# The number of aliases with patterns other than `*.example.com` that are examined for an address.
_MOST_PATTERNS = 100
# The number of addresses of a server that are examined for a host of `*`.
_MOST_CHAINS = 100


class Chain:
    """The virtual hosts of one address, in the order of the configuration.

    Attributes:
        address: the address as the first of them has it.
        hosts: all of them. The first one answers clients that name no host, and its TLS settings
            begin every handshake.

    """

    def __init__(self, address: Address) -> None:
        self.address = address
        self.hosts: list[Host] = []
        self._by_name: dict[str, int] = {}
        self._by_suffix: dict[str, int] = {}
        self._by_pattern: dict[str, int] = {}

    def add(self, host: Host) -> None:
        index = len(self.hosts)
        self.hosts.append(host)
        for name in host.names:
            self._index_of_pattern(name).setdefault(name, index)

    def _index_of_pattern(self, name: str) -> dict[str, int]:
        if "*" not in name and "?" not in name:
            return self._by_name
        suffix = name[1:]
        is_suffix = name.startswith("*.") and "*" not in suffix and "?" not in suffix
        return self._by_suffix if is_suffix else self._by_pattern

    def __contains__(self, host: object) -> bool:
        return host in self._members

    @lazy
    def _members(self) -> frozenset[Host]:
        return frozenset(self.hosts)

    @property
    def first(self) -> Host:
        return self.hosts[0]

    @property
    def has_tls(self) -> bool:
        """Whether clients can connect with TLS: only the first host decides."""
        return self.first.takes_handshakes

    def answering(self, name: str | None) -> Host:
        """The host that answers clients which ask for a name, or for none."""
        if name is None:
            return self.first
        found = [self._by_name.get(name), *self._patterns(name)]
        known = [index for index in found if index is not None]
        return self.hosts[min(known)] if known else self.first

    def _patterns(self, name: str) -> Iterator[int | None]:
        if not self._by_suffix and not self._by_pattern:
            return
        dot = name.find(".")
        while dot >= 0:
            yield self._by_suffix.get("*" + name[dot:])
            dot = name.find(".", dot + 1)
        for pattern, index in islice(self._by_pattern.items(), _MOST_PATTERNS):
            if matches(name, pattern):
                yield index

    @lazy
    def picked(self) -> frozenset[Host]:
        """The hosts of it that any client gets."""
        if self._by_suffix or self._by_pattern:
            return frozenset(filter(self._picks, self.hosts))
        return frozenset((self.first, *(self.hosts[index] for index in self._by_name.values())))

    def _picks(self, host: Host) -> bool:
        return host is self.first or any(
            self.answering(name) is host or self._is_pattern_of(name, host) for name in host.names
        )

    def _is_pattern_of(self, name: str, host: Host) -> bool:
        known = self._index_of_pattern(name)
        return known is not self._by_name and self.hosts[known[name]] is host


class Answer(NamedTuple):
    """What a client gets that connects to a host's address and asks for its name.

    Attributes:
        chain: the hosts of the address; ``None`` where the main server answers.
        host: the one that answers.

    """

    chain: Chain
    host: Host


class VirtualHosts:
    """All virtual hosts by their addresses."""

    def __init__(self, hosts: Iterable[Host], listens: Sequence[Address]) -> None:
        self._chains: dict[Address, Chain] = {}
        self._listens = frozenset(map(_normal, listens))
        self._by_port: dict[int, list[Address]] = {}
        for listen in dict.fromkeys(map(_normal, listens)):
            self._by_port.setdefault(listen.port, []).append(listen)
        # The chains that clients reach, by the addresses of a host.
        self._reached: dict[tuple[Address, ...], list[Chain]] = {}
        for host in hosts:
            for address in _distinct(host.addresses):
                chain = self._chains.get(address)
                if chain is None:
                    chain = self._chains[address] = Chain(address)
                chain.add(host)

    @property
    def chains(self) -> Iterable[Chain]:
        """One for each address."""
        return self._chains.values()

    def chain(self, address: Address) -> Chain | None:
        """The hosts that answer on a local address; ``None`` where the main server does."""
        host, port = address
        keys = (Address(host, port), Address(host, 0), Address("", port), Address("", 0))
        return next((self._chains[key] for key in keys if key in self._chains), None)

    def reached(self, host: Host) -> list[Chain]:
        """The chains that answer on the addresses of a host which httpd listens on."""
        addresses = host.addresses
        if addresses not in self._reached:
            chains = (chain for own in _distinct(addresses) for chain in self._reached_at(own))
            self._reached[addresses] = list(dict.fromkeys(chains))
        return self._reached[addresses]

    def _reached_at(self, own: Address) -> Iterator[Chain]:
        found = map(self.chain, self._places(own))
        distinct = dict.fromkeys(chain for chain in found if chain is not None)
        return islice(distinct, _MOST_CHAINS)

    def answers(self, host: Host) -> list[Answer]:
        """What clients get on each of the addresses of a host if they ask for its name."""
        name = next(iter(host.names), None)
        return [
            # Another name than its first one may be picked.
            Answer(chain, host if host in chain.picked else chain.answering(name))
            for chain in self.reached(host)
        ]

    def _places(self, own: Address) -> Iterator[Address]:
        """The local addresses that clients can connect to, of those that an address stands for."""
        ports = [own.port] if own.port else list(self._by_port)
        if not any(port in self._by_port for port in ports):
            # Listen may stand in a file that is not here.
            yield own
        for port in ports:
            if not own.host:
                yield from self._by_port.get(port, ())
            elif {Address(own.host, port), Address("", port)} & self._listens:
                yield Address(own.host, port)


def is_same(host: Host, other: Host) -> bool:
    """Whether two hosts are one section of a file, which httpd may read twice."""
    one, two = host.section, other.section
    if host is other or one is None or two is None or one.in_macro or two.in_macro:
        return host is other
    if one.position != two.position:
        return False
    return one.source_file.real_path == two.source_file.real_path


@lru_cache(maxsize=1024)
def _distinct(addresses: tuple[Address, ...]) -> tuple[Address, ...]:
    """Each address once; most hosts have the same."""
    return tuple(dict.fromkeys(map(_normal, addresses)))


@lru_cache(maxsize=1024)
def _normal(address: Address) -> Address:
    """The same address for each way to write it."""
    host = address.host
    if host in _ANY:
        return Address("", address.port)
    try:
        return Address(str(ip_address(host)), address.port)
    except ValueError:
        return address
