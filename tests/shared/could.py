"""Whether a host could staple, with what lies in its tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.shared.oracle import found_issuer
from tests.shared.wallet import CA_PATHS, CHAINS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.shared.site import Client, Host, Named, Profile, Server, Site


_SAME = "the file with its chain"
# Sources of issuers that only `fix --unsafe` uses.
UNSAFE_FILES = (_SAME,)


class Source(NamedTuple):
    """From where issuer and URL are to be had, the nearest first."""

    issuer: str
    url: str

    def __str__(self) -> str:
        return f"issuer from {self.issuer}, URL from {self.url}"


def source(site: Site, server: Server, client: Client) -> Source | None:
    """From where, or None: this certificate cannot be stapled."""
    issuer = _issuer(site, server, client)
    url = _url(site, server, client)
    return Source(issuer, url) if issuer and url else None


def _issuer(site: Site, server: Server, client: Client) -> str | None:
    if found_issuer(server.profile, server.served[client.key]) == "right":
        return "its own files"
    if any(_names_issuer(profile) for profile in _profiles(site)):
        return "a CA file"
    if client.leaf.beside:
        return "a CA file beside the certificate"
    if _is_hidden(site, server):
        return "its own file, which a chain file hides"
    # The file with its chain is beside each certificate.
    return _SAME if server.profile.chain_file is None else None


def _is_hidden(site: Site, server: Server) -> bool:
    """Whether only this host uses its chain file, and has all issuers without it."""
    own = [host for host in site.hosts if host.name == server.name]
    if not own or site.profiles[site.main.profile].chain_file is not None:
        return False
    users = [host for host in site.hosts if host.profile == own[0].profile]
    return len(users) == 1 and all(named.full for named in server.served.values())


def _names_issuer(profile: Profile) -> bool:
    is_file = bool({profile.chain_file, profile.ca_file} & CHAINS)
    return is_file or "right" in CA_PATHS.get(profile.ca_path or "", ())


def _url(site: Site, server: Server, client: Client) -> str | None:
    if client.leaf.uri == "http":
        return "the certificate"
    if _is_http(server.profile):
        return "its own SSLStaplingForceURL"
    if any(
        _is_http(other.profile)
        for other in site.servers()
        if client.leaf in [named.leaf for named in other.served.values()]
    ):
        return "a host of the same certificate"
    if any(map(_is_http, _profiles(site))):
        return "another host"
    uris = {named.leaf.uri for named in server.served.values()}
    return "another certificate of the host" if uris == {"http", "https"} else None


def _is_http(profile: Profile) -> bool:
    return (profile.force_url or "").startswith("http://")


def _profiles(site: Site) -> Iterator[Profile]:
    return (site.profiles[host.profile] for host in _every(site))


def _named(site: Site) -> Iterator[Named]:
    return (named for host in _every(site) for named in host.certificates)


def _every(site: Site) -> tuple[Host, ...]:
    return (site.main, *site.hosts)
