"""Whether a host could staple, with what lies in its tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.shared.oracle import found_issuer
from tests.shared.wallet import CA_FILES, CA_PATHS, CHAIN_FILES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.shared.site import Client, Host, Named, Profile, Server, Site


_SAME, _ANOTHER = "a file of the same certificate", "a file of another certificate"
# Sources of issuers that only `fix --unsafe` uses.
FILES_WITH_LEAF = (_SAME, _ANOTHER)


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
    full = {named.leaf for named in _named(site) if named.full}
    if client.leaf in full:
        return _SAME
    return _ANOTHER if full else None


def _names_issuer(profile: Profile) -> bool:
    held = (
        CHAIN_FILES.get(profile.chain_file or "", ()),
        CA_FILES.get(profile.ca_file or "", ()),
        CA_PATHS.get(profile.ca_path or "", ()),
    )
    return any("right" in names for names in held)


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
    return "another host" if any(map(_is_http, _profiles(site))) else None


def _is_http(profile: Profile) -> bool:
    return (profile.force_url or "").startswith("http://")


def _profiles(site: Site) -> Iterator[Profile]:
    return (site.profiles[host.profile] for host in _every(site))


def _named(site: Site) -> Iterator[Named]:
    return (named for host in _every(site) for named in host.certificates)


def _every(site: Site) -> tuple[Host, ...]:
    return (site.main, *site.hosts)
