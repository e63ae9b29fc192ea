"""What the hosts of a drawn site have in common, and the lines that each may have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.drawn.luck import chance
from tests.drawn.nodes import Line, Node, line
from tests.drawn.wallet import HASHED, LEAVES, TRUSTED, Ground, Leaf

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from tests.lab.ca import KeyType

CHAIN = "certs/chain.pem"


@dataclass(frozen=True)
class Plan:
    """What the hosts of a site have in common."""

    engine: str  # explicit, inherited, or by the protocol of the Listen or of the host
    switch: str  # in the main server, in the hosts, or in both
    md: str  # nowhere, everywhere, or in some hosts
    main_leaves: list[Leaf]
    main_force: bool
    main_chain: bool
    main_is_host: bool


def draw_plan(random: Random) -> Plan:
    """Draw it."""
    engine = random.choice(("explicit", "explicit", "explicit", "inherited", "listen", "protocol"))
    main_is_host = engine == "inherited" or (engine == "explicit" and chance(random, 0.1))
    leaves: list[Leaf] = []
    md = random.choice(("nowhere",) * 6 + ("everywhere", "some"))
    # mod_md does not know SSLStaplingForceURL.
    main_force = md == "nowhere" and chance(random, 0.1)
    main_chain = chance(random, 0.1)
    if main_is_host or chance(random, 0.08):
        leaves = [a_leaf(random, forced=main_force, with_chain=main_chain, trusted=False)]
    return Plan(
        engine=engine,
        switch=random.choice(("main", "hosts", "both")),
        md=md,
        main_leaves=leaves,
        main_force=main_force,
        main_chain=main_chain,
        main_is_host=main_is_host,
    )


def a_leaf(
    random: Random,
    *,
    forced: bool = False,
    with_chain: bool = False,
    key: KeyType | None = None,
    bundled: bool = True,
    trusted: bool = True,
) -> Leaf:
    """A certificate for a host that has ForceURL, and its chain elsewhere, or not.

    The key may be in the file unless another certificate has a key file at the same position.
    """
    return random.choice(
        [
            leaf
            for leaf in LEAVES
            if (leaf.asks == "ours" or forced)
            and (leaf.chain or with_chain)
            and key in (None, leaf.key)
            and (bundled or not leaf.bundled)
            # With SSLCertificateChainFile, httpd passes over such a certificate.
            and (leaf.name != TRUSTED or (trusted and not with_chain))
        ]
    )


def leaf_lines(random: Random, ground: Ground, leaf: Leaf) -> list[Node]:
    """The certificate, and its key where that has a file of its own."""
    folder = random.choice(("certs", "certs", "certs", "./certs", "logs/../certs"))
    folder = ground.certificates if chance(random, 0.15) else folder
    lines: list[Node] = [line("SSLCertificateFile", f"{folder}/{leaf.name}.pem")]
    if not leaf.bundled:
        lines.append(line("SSLCertificateKeyFile", f"{folder}/{leaf.name}.key"))
    return lines


def chain_line(random: Random) -> Line:
    """Where the issuer is, for certificate files that hold the leaf alone."""
    return random.choice(
        (
            line("SSLCertificateChainFile", CHAIN),
            line("SSLCertificateChainFile", CHAIN),
            line("SSLCACertificateFile", CHAIN),
            line("SSLCACertificatePath", f"certs/{HASHED}"),
        )
    )


def force_url(random: Random, ground: Ground) -> Line:
    """A directive that names a responder that answers."""
    return line("SSLStaplingForceURL", ground.responder + random.choice(("", "/", "/ocsp")))


def settings(random: Random) -> list[Node]:
    """Stapling directives with good values."""
    numbers: Mapping[str, tuple[int, ...]] = {
        "SSLStaplingResponderTimeout": (2, 3, 5, 10),
        "SSLStaplingStandardCacheTimeout": (600, 1800, 3600, 7200),
        "SSLStaplingErrorCacheTimeout": (30, 60, 300, 600),
        "SSLStaplingResponseTimeSkew": (60, 120, 300),
        "SSLStaplingResponseMaxAge": (3600, 43200, 86400),
    }
    drawn: list[Node] = [
        line(name, random.choice(values)) for name, values in numbers.items() if chance(random, 0.2)
    ]
    if chance(random, 0.3):
        drawn += [
            line("SSLStaplingReturnResponderErrors", "off"),
            line("SSLStaplingFakeTryLater", "off"),
        ]
    elif chance(random, 0.2):
        drawn.append(line("SSLStaplingReturnResponderErrors", "on"))
        drawn.append(line("SSLStaplingFakeTryLater", random.choice(("on", "off"))))
    return drawn
