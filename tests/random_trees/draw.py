"""Draws trees: a good one of three to forty hosts, and one to five faults put into it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.random_trees.model import (
    DEAD,
    MUST_STAPLE,
    UNSTAPLEABLE,
    Host,
    Layout,
    Spelling,
    Switch,
    Tree,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

GOOD_CACHE = "shmcb:${RUN}/stapling(1048576)"
_OTHER_CACHES = {
    "cache too small": ("shmcb:logs/stapling(8192)", "shmcb:${RUN}/stapling(32768)"),
    "cache of a fatal size": ("shmcb:logs/stapling(12345)", '"shmcb:${RUN}/stapling(14000)"'),
    "cache of no known provider": ("shm:logs/stapling(131072)", "SHMCB:logs/stapling(131072)"),
    "cache size refused": ("shmcb:logs/stapling(100)", "shmcb:logs/stapling(128k)"),
    "cache in web quotes": ("“shmcb:logs/stapling(1048576)”",),
}


def draw(random: Random, sites: Sequence[str]) -> Tree:
    """A tree; ``sites`` are names of good certificates."""
    number = random.choice((3, 4, 5, 6, 8, 8, 10, 12, 16, 25, 40))
    on = Switch(on=True)
    everywhere = random.random() < 0.5
    hosts = tuple(
        Host(
            name=f"host{index:02}.example.com",
            certificate=sites[index % len(sites)],
            switch=None if everywhere or random.random() < 0.2 else _on(random),
            wrapped=random.random() < 0.2,
            indent=random.choice(("    ", "  ", "\t", "")),
            newline="\r\n" if random.random() < 0.1 else "\n",
        )
        for index in range(number)
    )
    tree = Tree(
        layout=random.choice(tuple(Layout)),
        hosts=hosts,
        unsafe=random.random() < 0.3,
        main=random.choice((None, on)) if everywhere else None,
        caches=(GOOD_CACHE,),
        place=random.choice(("package", "own", "main")),
        errors=random.choice(((False, False), (True, True))),
        session_cache=random.random() < 0.8,
    )
    for name in random.sample(sorted(FAULTS), random.randint(1, 5)):
        tree = FAULTS[name](tree, random)
        tree = replace(tree, faults=(*tree.faults, name))
    return tree


def _on(random: Random) -> Switch:
    return Switch(on=True, spelling=random.choice((Spelling.PLAIN, Spelling.OTHERWISE)))


def _no_mod_ssl(tree: Tree, _random: Random) -> Tree:
    """No host may hide in an <IfModule>, or nothing of mod_ssl would be there to ask for it."""
    hosts = tuple(replace(host, wrapped=False) for host in tree.hosts)
    return replace(tree, hosts=hosts, ssl=False)


def _some(change: Callable[[Host, Random], Host]) -> Callable[[Tree, Random], Tree]:
    """A fault of some hosts that are no uses of the macro."""

    def put(tree: Tree, random: Random) -> Tree:
        plain = [index for index, host in enumerate(tree.hosts) if not host.of_macro]
        struck = set(random.sample(plain, random.randint(1, max(1, len(plain) // 3))))
        hosts = [
            change(host, random) if index in struck else host
            for index, host in enumerate(tree.hosts)
        ]
        return replace(tree, hosts=tuple(hosts))

    return put


def _certificate(name: str) -> Callable[[Tree, Random], Tree]:
    def put(host: Host, _random: Random) -> Host:
        if host.switch is not None and host.switch.is_fixed:
            return host
        return replace(host, certificate=name)

    return _some(put)


def _switch(spelling: Spelling) -> Callable[[Tree, Random], Tree]:
    def put(host: Host, _random: Random) -> Host:
        fits = (host.can_staple and not host.force_url) or spelling is not Spelling.VARIABLE
        return replace(host, switch=Switch(on=True, spelling=spelling)) if fits else host

    return _some(put)


def _cache(*arguments: str) -> Callable[[Tree, Random], Tree]:
    def put(tree: Tree, random: Random) -> Tree:
        return replace(tree, caches=(random.choice(arguments),))

    return put


def _macro(tree: Tree, random: Random) -> Tree:
    """All uses of a macro need the same, or what the macro says could not be right for all."""
    plain = [
        index
        for index, host in enumerate(tree.hosts)
        if host.can_staple
        and host.switch is None
        and not (host.shares or host.caches or host.force_url)
        and host.certificate != MUST_STAPLE
    ]
    chosen = set(random.sample(plain, len(plain) // 2))
    hosts = [
        replace(host, of_macro=True, wrapped=False, twice=False, newline="\n", indent="    ")
        if index in chosen
        else host
        for index, host in enumerate(tree.hosts)
    ]
    macro = random.choice((None, Switch(on=True), Switch(on=False)))
    return replace(tree, hosts=tuple(hosts), macro=macro)


def _shared(tree: Tree, random: Random) -> Tree:
    hosts = [
        replace(host, shares=True, switch=None, repeats=False)
        if not host.of_macro and random.random() < 0.6
        else host
        for host in tree.hosts
    ]
    shared = Switch(on=random.random() < 0.7)
    return replace(tree, hosts=tuple(hosts), shared=shared)


def _off(tree: Tree, random: Random) -> Tree:
    if random.random() < 0.5:
        return replace(tree, main=random.choice((None, Switch(on=False))))
    return _some(lambda host, _: replace(host, switch=Switch(on=False)))(tree, random)


def _must_staple(host: Host, _random: Random) -> Host:
    if host.switch is not None and host.switch.is_fixed:
        return host
    return replace(host, certificate=MUST_STAPLE, switch=Switch(on=False))


def _force_url(host: Host, _random: Random) -> Host:
    if host.of_macro or (host.switch is not None and host.switch.is_fixed):
        return host
    return replace(host, force_url="https://ocsp.example.com/")


FAULTS: dict[str, Callable[[Tree, Random], Tree]] = {
    "no cache": lambda tree, _: replace(tree, caches=()),
    "cache twice": lambda tree, _: replace(tree, caches=(*tree.caches, GOOD_CACHE)),
    "cache in a host": _some(lambda host, _: replace(host, caches=True)),
    "cache misspelt": lambda tree, _: replace(tree, cache_name="SSLStaplingCahce"),
    **{name: _cache(*arguments) for name, arguments in _OTHER_CACHES.items()},
    "provider not loaded": lambda tree, _: replace(tree, shmcb=False, session_cache=False),
    "mod_ssl not loaded": _no_mod_ssl,
    "switch misspelt": _switch(Spelling.MISSPELT),
    "switch in web quotes": _switch(Spelling.QUOTED),
    "switch from a variable": _switch(Spelling.VARIABLE),
    **{f"certificate {name}": _certificate(name) for name in (*UNSTAPLEABLE, DEAD)},
    "stapling off": _off,
    "must-staple and off": _some(_must_staple),
    "on in the main server": lambda tree, _: replace(tree, main=Switch(on=True)),
    "errors returned": lambda tree, _: replace(tree, errors=(False, False)),
    "tryLater faked": lambda tree, _: replace(tree, errors=(True, False)),
    "forced URL": _some(_force_url),
    "host twice": _some(lambda host, _: replace(host, twice=True)),
    "switch twice": _some(lambda host, _: replace(host, repeats=host.switch is not None)),
    "a macro": _macro,
    "shared lines": _shared,
}
