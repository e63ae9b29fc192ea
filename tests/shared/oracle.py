"""What mod_ssl does about stapling, written from its source and held against the running server.

It works on the drawn site, not on files, and shares no code with the program.

- A record for each leaf is made while the hosts are set up (``ssl_stapling_init_cert``): the main
  server first, then the virtual hosts from the last to the first. A host makes it that has TLS and
  stapling on, finds the issuer by its own files, and has a URI: the certificate's, or else its own
  SSLStaplingForceURL, which is not kept.
- The issuer is looked for in the extra chain, which is the SSLCertificateChainFile or else what
  follows the leaf in its file, then in SSLCACertificateFile, and in SSLCACertificatePath where
  that file has no certificate of the issuer's name (``stapling_get_issuer``).
- The response in the cache is one for each leaf (``stapling_cb``). What is done with it, and how it
  is renewed, is up to the host that is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.shared.client import ABORT, GOOD, NONE
from tests.shared.wallet import CA_FILES, CA_PATHS, CHAIN_FILES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tests.shared.site import Client, Named, Profile, Server, Site
    from tests.shared.wallet import Authorities, Leaf

TRY_LATER = "try_later"
_UNKNOWN = "unknown"


@dataclass(frozen=True)
class Record:
    """What mod_ssl keeps of a leaf.

    ``issuer`` is the certificate that the certificate id is made of; ``uri`` tells whether the
    certificate has one, and ``http`` whether that can be asked.
    """

    maker: str
    issuer: Authorities
    uri: bool
    http: bool


@dataclass(frozen=True)
class Cached:
    """A response in the cache, and whether it was taken for a good one when it was stored."""

    status: str
    ok: bool


Cache = dict["Leaf", Cached]


class Oracle:
    """Predicts what clients of a site get. ``responder`` and ``dead`` are URLs."""

    def __init__(self, site: Site, *, dead: str, failing: Sequence[str] = ()) -> None:
        self.records = records(site)
        self._servers = {server.name: server for server in site.servers()}
        self._dead = dead
        self._failing = failing

    @staticmethod
    def empty_cache() -> Cache:
        """That of an httpd that was just started."""
        return {}

    def ask(self, client: Client, cache: Cache) -> str:
        """What the client gets; the cache becomes what it is afterwards."""
        profile = self._servers[client.host].profile
        record = self.records.get(client.leaf)
        if not profile.stapling or record is None:
            return NONE
        settings = dict(profile.settings)
        returns_errors = settings.get("SSLStaplingReturnResponderErrors") != "off"
        cached = cache.get(client.leaf)
        if cached is not None:
            if cached.status != TRY_LATER or returns_errors:
                return cached.status
            if not cached.ok:
                return NONE
        return self._renew(client.leaf, record, profile, cache)

    def second_answers(self, client: Client, clients: Iterable[Client]) -> set[str]:
        """What the client may get that asks a second time, whoever was asked before."""
        sharing = [other for other in clients if other.leaf == client.leaf]
        reached: set[Cached | None] = set()
        fresh: set[Cached | None] = {None}
        while fresh:
            reached |= fresh
            states = [
                (other, _holding(client.leaf, cached)) for cached in fresh for other in sharing
            ]
            for other, cache in states:
                self.ask(other, cache)
            fresh = {cache.get(client.leaf) for _, cache in states} - reached
        answers = set()
        for cached in reached:
            cache = _holding(client.leaf, cached)
            self.ask(client, cache)
            answers.add(self.ask(client, cache))
        return answers

    def _renew(self, leaf: Leaf, record: Record, profile: Profile, cache: Cache) -> str:
        """``stapling_renew_response``, and what ``stapling_cb`` makes of it."""
        settings = dict(profile.settings)
        url = profile.force_url
        if not (record.http if url is None else url.startswith("http://")):
            return ABORT
        if settings.get("SSLStaplingResponderTimeout") == "0" or url == self._dead:
            if settings.get("SSLStaplingFakeTryLater") == "off":
                return NONE
            # Stored as a good one.
            _store(leaf, Cached(TRY_LATER, ok=True), settings, cache)
            return TRY_LATER
        if url in self._failing:
            _store(leaf, Cached(TRY_LATER, ok=False), settings, cache)
            return NONE if settings.get("SSLStaplingReturnResponderErrors") == "off" else TRY_LATER
        status = GOOD if record.issuer == "right" else _UNKNOWN
        _store(leaf, Cached(status, ok=True), settings, cache)
        return status


def _holding(leaf: Leaf, cached: Cached | None) -> Cache:
    return {} if cached is None else {leaf: cached}


def _store(leaf: Leaf, response: Cached, settings: Mapping[str, str], cache: Cache) -> None:
    kind = "Standard" if response.ok else "Error"
    cache.pop(leaf, None)
    if settings.get(f"SSLStapling{kind}CacheTimeout") != "0":
        cache[leaf] = response


def records(site: Site) -> dict[Leaf, Record]:
    """The record of each leaf that has one."""
    made: dict[Leaf, Record] = {}
    for server in _in_order(site):
        if not server.profile.stapling:
            continue
        for named in server.served.values():
            leaf = named.leaf
            issuer = found_issuer(server.profile, named)
            has_uri = leaf.uri != "none" or server.profile.force_url is not None
            if issuer is not None and has_uri and leaf not in made:
                made[leaf] = Record(server.name, issuer, leaf.uri != "none", leaf.uri == "http")
    return made


def _in_order(site: Site) -> list[Server]:
    servers = site.servers()
    main = [server for server in servers if server.name == site.main.name]
    return main + [server for server in reversed(servers) if server not in main]


def found_issuer(profile: Profile, named: Named) -> Authorities | None:
    """The certificate that a host takes for the issuer."""
    if profile.chain_file is not None:
        chain: Iterable[Authorities] = CHAIN_FILES[profile.chain_file]
    else:
        chain = ("right",) if named.full else ()
    file = CA_FILES[profile.ca_file] if profile.ca_file is not None else ()
    folder = CA_PATHS[profile.ca_path] if profile.ca_path is not None else ()
    # The folder is not looked into where the file has one of the name.
    of_that_name = [name for name in file if name != "root"]
    return _first_that_fits(chain) or _first_that_fits(of_that_name or folder)


def _first_that_fits(held: Iterable[Authorities]) -> Authorities | None:
    return next((name for name in held if name in ("right", "bare")), None)
