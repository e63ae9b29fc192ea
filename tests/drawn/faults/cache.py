"""Faults of SSLStaplingCache: AS2xx."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.cache import LARGEST_SIZE, SMALLEST_SIZE, shmcb_layout
from tests.drawn.faults.fault import Fault, a_host, a_section, insert, of
from tests.drawn.luck import chance
from tests.drawn.nodes import Line, line, named

if TYPE_CHECKING:
    from random import Random

    from tests.drawn.site import Site

# Certificates of which five fit into the smallest cache.
_CROWD = 5


def _cache(site: Site) -> Line | None:
    return next(iter(named(site.body, "SSLStaplingCache")), None)


def _set(site: Site, argument: str) -> Fault | None:
    cache = _cache(site)
    if cache is None:
        return None
    cache.words = [argument]
    return Fault()


@of("AS201")
def no_cache(random: Random, site: Site) -> Fault | None:
    if _cache(site) is None:
        return None
    site.remove("SSLStaplingCache")
    return Fault()


@of("AS202")
def cache_in_a_host(random: Random, site: Site) -> Fault | None:
    cache, host = _cache(site), a_host(random, site)
    if cache is None or host is None or host.section is None:
        return None
    if chance(random, 0.7):
        site.body.remove(cache)
    body = host.section.body
    if chance(random, 0.2):
        body = a_section(random, body).body
    insert(random, body, line(cache.name, *cache.words))
    return Fault()


@of("AS203")
def unknown_provider(random: Random, site: Site) -> Fault | None:
    return _set(
        site,
        random.choice(
            (
                *("none", "nonenotnull", "on", "dbd", "dbm|x", "shmdb:logs/x", "shmcb(128000)"),
                *("shm:logs/x(32768)", "SHMCB:logs/x(32768)", "memcached:127.0.0.1:11211"),
            )
        ),
    )


@of("AS204")
def provider_not_loaded(random: Random, site: Site) -> Fault | None:
    cache = _cache(site)
    if cache is None:
        return None
    provider = cache.words[0].partition(":")[0].replace("default", "shmcb")
    module = f"socache_{provider}_module"
    site.without = frozenset({module})
    site.modules = [node for node in site.modules if node.words[0] != module]
    # It would be rejected first, and for the same reason.
    site.remove("SSLSessionCache")
    return Fault()


@of("AS205")
def argument_refused(random: Random, site: Site) -> Fault | None:
    size = random.choice(
        (
            "128k",
            "512KB",
            "8191",
            "0",
            "",
            "-1",
            "4294967295",
            "0x20000",
            "128000 ",
            "1e6",
            "32,768",
        )
    )
    return _set(
        site,
        random.choice(
            (
                f"shmcb:logs/stapling({size})",
                f"default:/var/run/ocsp({size})",
                f"shmcb:logs/stapling({size})",
                "shmcb:logs/stapling(128000",
                "shmcb:logs/stapling128000)",
                "shmcb:logs/stapling(128000)x",
            )
        ),
    )


@of("AS206")
def size_that_is_fatal(random: Random, site: Site) -> Fault | None:
    while True:
        size = random.randint(SMALLEST_SIZE, 20000)
        if not shmcb_layout(size).starts:
            return _set(site, f"shmcb:logs/stapling({size})")


@of("AS207")
def cache_too_small(random: Random, site: Site) -> Fault | None:
    certificates = {leaf.name for host in site.hosts for leaf in host.leaves if not host.by_md}
    if len(certificates) <= _CROWD:
        return None
    _set(site, f"shmcb:logs/stapling({random.randint(SMALLEST_SIZE, 9200)})")
    return Fault(about=tuple(site.hosts))


@of("AS208")
def two_caches(random: Random, site: Site) -> Fault | None:
    cache = _cache(site)
    if cache is None:
        return None
    size = random.choice((8192, 65536, 131072, LARGEST_SIZE))
    first = line("SSLStaplingCache", f"shmcb:logs/other({size})")
    site.body.insert(random.randint(0, site.body.index(cache)), first)
    return Fault()


@of("AS209")
def folder_of_dbm_missing(random: Random, site: Site) -> Fault | None:
    return _set(site, random.choice(("dbm:missing/stapling", "dbm:/nowhere/at/all", "dbm:logs")))


@of("AS212")
def cache_server_without_host(random: Random, site: Site) -> Fault | None:
    provider = random.choice(("redis", "memcache"))
    site.load(f"socache_{provider}")
    return _set(site, f"{provider}:{random.choice(('6379', '127.0.0.1:0', '[::1', 'a,:1'))}")


@of("AS213")
def cache_server_by_its_socket(random: Random, site: Site) -> Fault | None:
    if a_host(random, site) is None:
        return None
    provider = random.choice(("redis", "memcache"))
    site.load(f"socache_{provider}")
    return _set(site, f"{provider}:/run/{provider}.sock")


@of("AS214")
def dbm_keeps_short_responses(random: Random, site: Site) -> Fault | None:
    if a_host(random, site) is None or _set(site, "dbm:logs/ocsp") is None:
        return None
    return Fault(masked="the responses of the lab are short")
