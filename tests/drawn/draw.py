"""A configuration that works, drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.cache import shmcb_layout
from tests.drawn.hosts import add_host, plain_host, unstapled_host
from tests.drawn.luck import chance
from tests.drawn.nodes import Node, Section, line
from tests.drawn.plan import Plan, chain_line, draw_plan, force_url, leaf_lines, settings
from tests.drawn.site import Host, Place, Site

if TYPE_CHECKING:
    from random import Random

    from tests.drawn.wallet import Ground

# Sizes of shmcb that httpd starts with: the smallest ones, the edges, and what snippets hand out.
SIZES = (
    *(8192, 9207, 12248, 15288, 16384, 20000, 32768, 48728, 65536, 128000, 150000, 524288),
    *(777777, 1000000, 4194304, 16777216),
)


def draw(random: Random, ground: Ground) -> Site:
    """A configuration that works: every host of it staples."""
    site = Site(ground)
    plan = draw_plan(random)
    if plan.md != "nowhere":
        site.load("md")
    site.body += _main_settings(random, site, plan)
    listens, places = _places(random, ground, plan)
    site.body += listens
    if plan.main_is_host:
        port = ground.ports[2]
        site.body.append(line("Listen", port))
        by_md = plan.md == "everywhere"
        main = Host("lab.example", "127.0.0.1", port, None, plan.main_leaves, by_md)
        site.hosts.append(main)
    elif chance(random, 0.4):
        site.body += plain_host(random, ground, plan)
    count = random.choice((1, 1, 2, 2, 3, 3, 4, 5, 6, 8))
    if plan.main_is_host and chance(random, 0.3):
        count = 0
    for number in range(count):
        add_host(random, site, plan, f"h{number}.example.com", random.choice(places))
    if plan.md == "nowhere" and chance(random, 0.25):
        site.body.append(unstapled_host(random, plan, random.choice(places)))
    if all(host.by_md for host in site.hosts) and chance(random, 0.5):
        # Nothing of mod_ssl's own stapling is needed then.
        site.remove("SSLUseStapling")
    else:
        site.body.append(line("SSLStaplingCache", cache(random, site)))
    if chance(random, 0.3):
        random.shuffle(site.body)
    return site


def cache(random: Random, site: Site) -> str:
    """The argument of an SSLStaplingCache that holds the responses of all hosts."""
    ground = site.ground
    leaves = {leaf.name for host in site.hosts for leaf in host.leaves}
    # A fault may bring one certificate more.
    sizes = [size for size in SIZES if _holds(size, len(leaves) + 1, ground.longest_response)]
    name = random.choice(("logs/stapling", "logs/ssl_stapling", "/var/run/ocsp", "stapling_cache"))
    provider = random.choice(
        ("shmcb", "shmcb", "shmcb", "shmcb", "default", "dbm", "redis", "memcache")
    )
    if provider in ("redis", "memcache"):
        site.load(f"socache_{provider}")
        return f"{provider}:{getattr(ground, provider)}"
    if provider == "dbm":
        return f"dbm:logs/{random.choice(('stapling', 'stapling.dbm', 'ocsp-cache'))}"
    if chance(random, 0.1):
        return f"{provider}:{name}"
    if chance(random, 0.05):
        return provider
    return f"{provider}:{name}({random.choice(sizes)})"


def _holds(size: int, certificates: int, longest: int) -> bool:
    """Whether one subcache could hold them all, whichever subcaches their digests pick."""
    layout = shmcb_layout(size)
    fits = certificates * (longest + 21) <= layout.data_size
    return layout.starts and fits and certificates <= layout.indexes


def _main_settings(random: Random, site: Site, plan: Plan) -> list[Node]:
    body: list[Node] = []
    if plan.main_is_host:
        body.append(line("SSLEngine", "on"))
    for leaf in plan.main_leaves:
        body += leaf_lines(random, site.ground, leaf)
    if plan.main_chain:
        body.append(chain_line(random))
    if plan.main_force:
        body.append(force_url(random, site.ground))
    if plan.switch != "hosts" or plan.main_is_host:
        body.append(line("SSLUseStapling", "on"))
    if plan.md == "everywhere":
        body.append(line("MDStapling", "on"))
    if chance(random, 0.4):
        body += settings(random)
    if chance(random, 0.1):
        body.append(line("SSLOCSPProxyURL", site.ground.responder))
    if chance(random, 0.3):
        body.append(line("SSLSessionCache", "shmcb:logs/sessions(512000)"))
    if chance(random, 0.2):
        body.append(line("SSLProtocol", "all", "-TLSv1", "-TLSv1.1"))
    if chance(random, 0.1):
        body.append(line("SSLRandomSeed", "startup", "file:/dev/urandom", 512))
    if chance(random, 0.2):
        body.append(
            Section(
                "Directory", ["/srv"], [line("Options", "None"), line("Require", "all", "granted")]
            )
        )
    return body


def _places(random: Random, ground: Ground, plan: Plan) -> tuple[list[Node], list[Place]]:
    """Listen lines, and one place for each port."""
    listens: list[Node] = []
    places: list[Place] = []
    for port in ground.ports[: random.choice((1, 1, 2))]:
        v4, v6 = f"127.0.0.1:{port}", f"[::1]:{port}"
        # What listens, what the hosts are bound to, and where the client then finds them.
        forms: list[tuple[list[object], list[str], str]] = [
            ([port], [f"*:{port}"], "127.0.0.1"),
            ([port], [f"_default_:{port}"], "127.0.0.1"),
            ([v4], [v4], "127.0.0.1"),
        ]
        if ground.ipv6:
            forms += [
                ([port], [f"*:{port}"], "::1"),
                ([v6], [v6], "::1"),
                ([v4, v6], [v4, v6], "127.0.0.1"),
                ([v4, v6], [v6, v4], "::1"),
            ]
        heard, words, address = random.choice(forms)
        if plan.engine != "listen" and chance(random, 0.3):
            heard, words = [port], [random.choice((f"*:{port}", v4))]
            address = "127.0.0.1"
        protocol = ["https"] if plan.engine == "listen" or chance(random, 0.2) else []
        listens += [line("Listen", where, *protocol) for where in heard]
        places.append(Place(address, port, tuple(words)))
    return listens, places
