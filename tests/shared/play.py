"""Clients of a running httpd, each order of them on an httpd whose cache is empty."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from tests.shared.client import ABORT, GOOD, ask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tests.lab.server import Httpd
    from tests.shared.site import Client

_SHUFFLES = 2


class Contact(NamedTuple):
    """One client that asks, for the first, second or third time on this httpd."""

    client: Client
    time: int


@dataclass
class Observed:
    """What clients got, over all orders.

    ``first``, ``second`` and ``third`` have the different answers to a client that asked so often;
    it asks the second time right after the first, and the third time after all others.
    ``problem`` says why there was nothing to observe.
    """

    problem: str = ""
    log: str = ""
    answers: dict[Contact, set[str]] = field(default_factory=lambda: defaultdict(set))

    def of(self, client: Client, time: int = 2) -> set[str]:
        """The different answers at that time."""
        return self.answers.get(Contact(client, time), set())

    def every(self, client: Client) -> set[str]:
        """The different answers at any time."""
        return set().union(*(self.of(client, time) for time in (1, 2, 3)))

    def staples(self, client: Client) -> bool | None:
        """Whether it gets a good staple when it asks a second time; None: it depends."""
        second = self.of(client)
        if second == {GOOD}:
            return True
        return None if GOOD in second else False

    def category(self, client: Client) -> str:
        """What it gets, in a word."""
        staples = self.staples(client)
        if staples is not False:
            return "good" if staples else "depends on who was asked first"
        return "aborts" if ABORT in self.of(client) else "never"


def orders(clients: Sequence[Client], seed: int = 0) -> list[list[Client]]:
    """Orders in which each client is the first one of its certificate once.

    Certificates do not affect each other, so all of them are turned at the same time.
    """
    groups: dict[str, list[Client]] = defaultdict(list)
    for client in clients:
        groups[client.leaf.name].append(client)
    turns = max((len(group) for group in groups.values()), default=0)
    made = [
        [client for group in groups.values() for client in _turned(group, turn)]
        for turn in range(turns)
    ]
    made.append([client for group in groups.values() for client in reversed(group)])
    random = Random(seed)
    return made + [random.sample(list(clients), len(clients)) for _ in range(_SHUFFLES)]


def _turned(group: Sequence[Client], turn: int) -> list[Client]:
    turn %= len(group)
    return [*group[turn:], *group[:turn]]


def contacts(order: Iterable[Client]) -> list[Contact]:
    """Each client twice in a row, then each of them once more."""
    order = list(order)
    twice = [Contact(client, time) for client in order for time in (1, 2)]
    return twice + [Contact(client, 3) for client in order]


def play(
    httpd: Httpd,
    clients: Sequence[Client],
    serial: Callable[[Client], int],
    watch: Callable[[list[tuple[Contact, str]]], None] | None = None,
) -> Observed:
    """Start httpd anew for each order and ask; ``watch`` is told what came of each order."""
    observed = Observed()
    test = httpd.configtest()
    if not test.accepted:
        observed.problem = f"httpd -t: {test.output.strip()}"
        return observed
    for order in orders(clients):
        if not httpd.start():
            observed.problem = f"httpd does not start: {httpd.log[-1000:]}"
            return observed
        try:
            told = [
                (contact, ask(contact.client, serial(contact.client)))
                for contact in contacts(order)
            ]
        finally:
            httpd.stop(grace=0.1)
        for contact, answer in told:
            observed.answers[contact].add(answer)
        if watch is not None:
            watch(told)
    observed.log = httpd.log
    return observed
