"""The hosts of a drawn site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.drawn.luck import chance
from tests.drawn.nodes import Node, Section, line
from tests.drawn.plan import Plan, a_leaf, chain_line, force_url, leaf_lines, settings
from tests.drawn.site import Host, Place, Site
from tests.drawn.wallet import LEAVES, Ground, Leaf

if TYPE_CHECKING:
    from random import Random

    from tests.lab.ca import KeyType


def add_host(random: Random, site: Site, plan: Plan, name: str, place: Place) -> None:
    """Add a host for which somebody staples."""
    ground = site.ground
    named = random.choice((name,) * 8 + (f"{name}:{place.port}", f"https://{name}"))
    body: list[Node] = [line("ServerName", named)]
    by_md = chance(random, {"nowhere": 0, "some": 0.5, "everywhere": 0.85}[plan.md])
    forced = chance(random, 0.15) and not by_md
    chained = chance(random, 0.25)
    with_chain = chained or plan.main_chain
    own: list[Leaf] = []
    if not plan.main_leaves or chance(random, 0.6):
        bundled = all(leaf.bundled for leaf in plan.main_leaves)
        several = chance(random, 0.15)
        own.append(
            a_leaf(
                random,
                forced=forced or plan.main_force,
                with_chain=with_chain,
                bundled=bundled and not several,
            )
        )
        if several:
            other: KeyType = "ecdsa" if own[0].key == "rsa" else "rsa"
            own.append(a_leaf(random, with_chain=with_chain, key=other))
    leaves = own + plan.main_leaves[len(own) :]
    if plan.md == "some" and by_md:
        body.append(line("MDStapling", "on"))
    elif plan.md == "everywhere" and not by_md:
        body.append(line("MDStapling", "off"))
    if plan.engine == "explicit" or (plan.engine == "inherited" and chance(random, 0.2)):
        body.append(line("SSLEngine", "on"))
    elif plan.engine == "protocol":
        body.append(line("Protocol", "https"))
    for leaf in own:
        body += leaf_lines(random, ground, leaf)
    if chained:
        body.append(chain_line(random))
    if forced:
        body.append(force_url(random, ground))
    if plan.switch != "main" and (not by_md or chance(random, 0.5)):
        body.append(line("SSLUseStapling", "on"))
    if chance(random, 0.2):
        body += settings(random)
    if chance(random, 0.3):
        body.append(line("ServerAlias", f"www.{name}", f"*.{name}"))
    if chance(random, 0.3):
        body.append(line("DocumentRoot", "htdocs"))
    if chance(random, 0.2):
        body.append(Section("Location", ["/"], [line("Require", "all", "granted")]))
    # Certificates and keys belong together by their order.
    if len(own) < 2 and chance(random, 0.2):
        random.shuffle(body)
    section = Section("VirtualHost", list(place.words), body)
    site.body.append(section)
    site.hosts.append(Host(name, place.address, place.port, section, leaves, by_md))


def plain_host(random: Random, ground: Ground, plan: Plan) -> list[Node]:
    """A host without TLS beside the others."""
    port = ground.ports[2]
    body: list[Node] = [line("ServerName", "plain.example.com")]
    if plan.engine == "inherited" or chance(random, 0.3):
        body.append(line("SSLEngine", "off"))
        if chance(random, 0.5):
            body += leaf_lines(random, ground, LEAVES[0])
    body.append(line("DocumentRoot", "htdocs"))
    return [line("Listen", port), Section("VirtualHost", [f"*:{port}"], body)]


def unstapled_host(random: Random, plan: Plan, place: Place) -> Section:
    """A host with TLS whose certificate nobody can staple, and that does not try to."""
    leaf = random.choice(("no-ocsp", "self-signed", "https-responder"))
    body: list[Node] = [
        line("ServerName", "unstapled.example.com"),
        line("SSLEngine", "on"),
        line("SSLCertificateFile", f"certs/{leaf}.pem"),
        line("SSLCertificateKeyFile", f"certs/{leaf}.key"),
    ]
    if plan.switch != "hosts" or plan.main_is_host or chance(random, 0.5):
        body.append(line("SSLUseStapling", "off"))
    return Section("VirtualHost", list(place.words), body)
