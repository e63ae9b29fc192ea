"""Random trees: a few in every run, and the proof's own parts; ``make fixed`` has the rest."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.lab.ports import ReservedPort
from tests.random_trees.bound import changed_lines, switches
from tests.random_trees.draw import FAULTS, GOOD_CACHE, draw
from tests.random_trees.layouts import write
from tests.random_trees.model import UNSTAPLEABLE, Host, Layout, Switch, Tree
from tests.random_trees.proof import Report, played, prove_one

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab.play import Lab

SITES = ("good", "other", "third", "rsa")


@pytest.mark.parametrize("seed", [3, 11, 23, 42])
def test_a_random_tree_is_repaired(lab: Lab, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(lab.folder / "state"))
    report = Report()
    prove_one(lab, seed, SITES, report)
    assert report.failures == []
    assert report.changed == report.bound > 0


def test_the_proof_sees_what_is_not_repaired(lab: Lab) -> None:
    hosts = (Host("a.example.com", "no-ocsp", Switch(on=True)), Host("b.example.com", "good"))
    tree = Tree(Layout.RHEL, hosts, caches=(GOOD_CACHE,))
    with ReservedPort() as port:
        written = write(tree, lab.folder / "unrepaired", lab.certificates_folder, port.number)
        problems = list(played(tree, written, port.number, Report()))
    assert problems == [
        "b.example.com (good): connected True, staple None, and good was wanted",
        "in the log: AH02218, AH02604",
    ]


def test_every_fault_is_drawn_and_in_both_layouts() -> None:
    trees = [draw(Random(seed), SITES) for seed in range(400)]  # noqa: S311
    drawn = {(tree.layout, fault) for tree in trees for fault in tree.faults}
    assert drawn == set(product(Layout, FAULTS))
    assert {len(tree.hosts) for tree in trees} >= {3, 40}
    assert {len(tree.faults) for tree in trees} == {1, 2, 3, 4, 5}


@pytest.mark.parametrize("seed", range(40))
def test_the_bound_is_what_trying_everything_finds(seed: int) -> None:
    tree = _small(Random(seed))  # noqa: S311
    assert min(switches(tree, main=state) for state in (True, False)) == min(_tried(tree))


def _small(random: Random) -> Tree:
    states = (None, Switch(on=True), Switch(on=False))
    hosts = tuple(
        Host(
            f"{number}.example.com",
            random.choice(("good", UNSTAPLEABLE[0])),
            random.choice(states),
            shares=random.random() < 0.5,
        )
        for number in range(random.randint(2, 4))
    )
    tree = Tree(Layout.RHEL, hosts, main=random.choice(states), shared=random.choice(states))
    return replace(tree, unsafe=random.random() < 0.5)


def _tried(tree: Tree) -> Iterator[int]:
    """What each way costs that fulfils the wishes: all lines in all states, and one more each."""
    now = tree.main is not None and tree.main.on
    shared = tree.shared.on if tree.shared is not None else None
    commons = (None,) if shared is None else (True, False)
    states = list(product(*map(_host_states, tree.hosts)))
    for main, common, each in product((True, False), commons, states):
        cost = (main != now) + (common != shared)
        fulfilled = True
        for host, (own, last) in zip(tree.hosts, each, strict=True):
            cost += (host.switch is not None and own != host.switch.on) + (last is not None)
            said = [last, own, common if host.shares else None, main]
            on = next(state for state in said if state is not None)
            fulfilled = fulfilled and on == tree.wished(host)
        if common != shared:
            # Shared lines are only changed where they are wrong for all.
            sharing = [host for host in tree.hosts if host.shares and host.switch is None]
            fulfilled = fulfilled and all(tree.wished(host) == common for host in sharing)
        if fulfilled:
            yield cost


def _host_states(host: Host) -> list[tuple[bool | None, bool | None]]:
    own = (None,) if host.switch is None else (True, False)
    return list(product(own, (None, True, False)))


def test_a_line_that_takes_the_place_of_another_one_is_two_changes() -> None:
    before = {"a": b"SSLUseStaping on\nSSLStaplingCache x\n"}
    after = {"a": b"SSLUseStapling off\nSSLProtocol all\n", "b": b"# Ours.\nSSLProtocol all\n"}
    assert changed_lines(before, after) == 4
