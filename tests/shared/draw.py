"""Draws configurations of hosts that share certificates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from tests.shared.site import MAIN, Host, Named, Profile, Site
from tests.shared.wallet import CA_FILES, CA_PATHS, CHAIN_FILES, HTTPS_URL, LEAVES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from tests.shared.site import Way
    from tests.shared.wallet import Leaf

T = TypeVar("T")


@dataclass(frozen=True)
class Ground:
    """What configurations name, and only the running lab knows.

    ``tls_ports`` are for hosts with TLS, ``plain_port`` for those without, ``main_port`` for the
    main server. ``responder`` is the URL of the responder that answers; ``failing`` are those of
    responders that do not, which no configuration names unless it is drawn with errors.
    """

    tls_ports: Sequence[int]
    plain_port: int
    main_port: int
    responder: str
    failing: Sequence[str]


def draw(random: Random, ground: Ground, *, errors: bool = False) -> Site:
    """A site that starts; with ``errors``, some of its responders fail."""
    leaves = random.sample(LEAVES, random.randint(2, 6))
    main = _main(random, ground, errors=errors)
    others = [
        _profile(random, ground, errors=errors, main=main) for _ in range(random.randint(2, 6))
    ]
    profiles = [main, *others]
    offered = random.choice((0, 0, 1, 2)) or int(bool(main.engine))
    main_certificates = _certificates(random, leaves, offered)
    ports = ground.tls_ports[: random.randint(1, len(ground.tls_ports))]
    hosts = []
    for number in range(random.randint(4, 14)):
        profile = random.randrange(1, len(profiles))
        own = random.choice((1, 1, 1, 1, 1, 2)) if not main_certificates else _some(random)
        tls = profiles[profile].under(main).engine
        hosts.append(
            Host(
                name=f"host{number:02}.example.com",
                port=random.choice(ports) if tls else ground.plain_port,
                certificates=_certificates(random, leaves, own),
                profile=profile,
                way=_way(random),
            )
        )
    return Site(
        main=Host(MAIN, ground.main_port, main_certificates, 0),
        hosts=tuple(hosts),
        profiles=tuple(profiles),
        addresses={
            port: random.choice(("*", "*", "127.0.0.1"))
            for port in (*ground.tls_ports, ground.plain_port)
        },
    )


def _some(random: Random) -> int:
    return random.choice((0, 1, 1, 1, 1, 2))


def _way(random: Random) -> Way:
    return random.choice(("inline", "inline", "inline", "file", "macro", "snippet"))


def _certificates(random: Random, leaves: Sequence[Leaf], count: int) -> tuple[Named, ...]:
    chosen = random.sample(leaves, min(count, len(leaves)))
    return tuple(Named(leaf, random.random() < 0.65) for leaf in chosen)


def _main(random: Random, ground: Ground, *, errors: bool) -> Profile:
    """The main server's profile: most say little."""
    return Profile(
        engine=_weighted(random, {None: 65, True: 35}),
        stapling=_weighted(random, {None: 45, True: 45, False: 10}),
        chain_file=_file(random, CHAIN_FILES, 0.1),
        ca_file=_file(random, CA_FILES, 0.1),
        ca_path=_file(random, CA_PATHS, 0.1),
        force_url=_url(random, ground, 0.12, errors=errors),
        settings=_settings(random, 0.3),
    )


def _profile(random: Random, ground: Ground, *, errors: bool, main: Profile) -> Profile:
    engines: dict[bool | None, int] = {True: 92, False: 8}
    return Profile(
        engine=_weighted(random, {**engines, None: 40} if main.engine else engines),
        stapling=_weighted(random, {None: 25, True: 67, False: 8}),
        chain_file=_file(random, CHAIN_FILES, 0.35),
        ca_file=_file(random, CA_FILES, 0.2),
        ca_path=_file(random, CA_PATHS, 0.2),
        force_url=_url(random, ground, 0.35, errors=errors),
        settings=_settings(random, 1),
    )


def _file(random: Random, files: dict[str, tuple[T, ...]], chance: float) -> str | None:
    """One of these files, and the first of them most often."""
    names = list(files)
    return random.choice([names[0]] * len(names) + names) if random.random() < chance else None


def _url(random: Random, ground: Ground, chance: float, *, errors: bool) -> str | None:
    if random.random() >= chance:
        return None
    urls = [ground.responder] * 3 + [HTTPS_URL]
    return random.choice(urls + list(ground.failing) * 2 if errors else urls)


def _settings(random: Random, share: float) -> tuple[tuple[str, str], ...]:
    """Further directives; ``share`` scales how often they are there."""
    offered = (
        ("SSLStaplingResponderTimeout", ("0", "5"), 0.12),
        ("SSLStaplingStandardCacheTimeout", ("0", "1800"), 0.1),
        ("SSLStaplingErrorCacheTimeout", ("0", "60"), 0.1),
        ("SSLStaplingReturnResponderErrors", ("on", "off", "off"), 0.15),
        ("SSLStaplingFakeTryLater", ("on", "off", "off"), 0.15),
        ("SSLStaplingResponseMaxAge", ("86400",), 0.05),
        ("SSLStaplingResponseTimeSkew", ("60",), 0.05),
    )
    return tuple(
        (name, random.choice(values))
        for name, values, chance in offered
        if random.random() < chance * share
    )


def _weighted(random: Random, weights: dict[bool | None, int]) -> bool | None:
    return random.choices(list(weights), list(weights.values()))[0]
