"""Finds issuers and responder URLs for hosts that lack them.

mod_ssl can staple with the issuer or the URL of another host with the same certificate, but only
while that host has stapling on, or while its response is in the cache. Therefore each host should
have its own issuer and URL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from apachestaple.lazy import lazy
from apachestaple.mod_ssl.aborting import aborted_by_record
from apachestaple.mod_ssl.missing_chains import MissingChains, finds_issuer, heirs_of, is_readable
from apachestaple.ocsp.switched_off import switched_off
from apachestaple.ocsp.uri import url_problem

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.missing_chains import Chain
    from apachestaple.mod_ssl.site import Site

_MOST_SOURCES = 20
_FORCE_URL = "sslstaplingforceurl"


class Source(NamedTuple):
    """The URL of a responder.

    Attributes:
        value: the URL.
        host: the host that uses it, or whose certificate names it.
        certificate: the file of another certificate of the same host and issuer that names it;
            ``""`` if it comes from elsewhere.

    """

    value: str
    host: Host
    certificate: str = ""


class Provision(NamedTuple):
    """The directives that a host needs to staple all its certificates by itself.

    Attributes:
        chain: the chain; ``None`` if the host finds the issuers itself.
        url: for SSLStaplingForceURL; ``None`` if the responders of the host can be queried.
        removed: an SSLStaplingForceURL that cannot be used. Without it, the host would query the
            responders of its certificates.

    """

    chain: Chain | None = None
    url: Source | None = None
    removed: Directive | None = None


class Provisions:
    """Finds the provisions for the hosts of a site.

    Attributes:
        site: the site.

    """

    def __init__(self, site: Site) -> None:
        self.site = site

    @lazy
    def chains(self) -> MissingChains:
        """Finds the chains."""
        return MissingChains(self.site)

    def find(self, host: Host) -> Provision | None:
        """The provision for a host; ``None`` if the configuration has none, or if it is unknown."""
        if not is_readable(host):
            return None
        chain = self.chains.find(host)
        if chain is None and not all(map(finds_issuer, host.served)):
            return None
        found = self.find_url(host)
        return None if found is None else Provision(chain, *found)

    def find_url(self, host: Host) -> tuple[Source | None, Directive | None] | None:
        """The URL that a host needs, or the SSLStaplingForceURL to remove; ``None`` if unknown."""
        if not is_readable(host):
            return None
        if all(_is_usable(host.responder(certificate)) for certificate in host.served):
            return None, None
        if all(_is_usable(certificate.first_uri) for certificate in host.served):
            return None, host.setting(_FORCE_URL)
        url = next(self._urls(host), None)
        return None if url is None else (url, None)

    def companions(self, host: Host, url: str) -> list[Host] | None:
        """The hosts that must be given a URL together with ``host``.

        With it, mod_ssl would make the records of certificates without OCSP URI, and abort the
        handshakes of their other hosts. ``None`` if one of these cannot query that URL.
        """
        found = [
            other
            for each in host.served
            if finds_issuer(each)
            for other in aborted_by_record(self.site, host, each)
        ]
        can_query = all(any(url == each.value for each in self._urls(one)) for one in found)
        return list(dict.fromkeys(found)) if can_query else None

    def _urls(self, host: Host) -> Iterator[Source]:
        """URLs that a host, and all hosts that inherit its setting, can query."""
        leaves = _leaves(host)
        heirs = heirs_of(host, _FORCE_URL, self.site)
        # httpd only uses the first URI of a certificate.
        own = {next(filter(_is_usable, leaf.ocsp_uris), None) for leaf in leaves}
        uri = own.pop()
        if uri is not None and not own and not heirs:
            yield Source(uri, host)
        issuers = {leaf.issuer_and_key for each in (host, *heirs) for leaf in _leaves(each)}
        sharing = [self._urls_by_leaf.get(leaf.sha1, {}) for leaf in leaves]
        candidates = (*sharing, self._urls_by_issuer.get(leaves[0].issuer_and_key, {}))
        for url, source in (each for group in candidates for each in group.items()):
            if all(url in self._urls_by_issuer.get(issuer, ()) for issuer in issuers):
                yield source
        if len(issuers) == 1 and not heirs:
            yield from _urls_of_siblings(host)

    @lazy
    def _urls_by_leaf(self) -> dict[bytes, dict[str, Source]]:
        """The SSLStaplingForceURLs of all hosts, by the SHA-1 of their certificates."""
        found: dict[bytes, dict[str, Source]] = {}
        for url, user in self._users_of_urls():
            for leaf in _leaves(user):
                _add(found, leaf.sha1, url, Source(url, user))
        return found

    @lazy
    def _urls_by_issuer(self) -> dict[Hashable, dict[str, Source]]:
        """The SSLStaplingForceURLs of all hosts, by the issuers of their certificates."""
        found: dict[Hashable, dict[str, Source]] = {}
        for url, user in self._users_of_urls():
            for leaf in _leaves(user):
                # A later URI of a certificate is only used for this certificate.
                if url not in leaf.ocsp_uris[1:]:
                    _add(found, leaf.issuer_and_key, url, Source(url, user))
        return found

    def _users_of_urls(self) -> Iterator[tuple[str, Host]]:
        for host in self.site.hosts:
            if host.force_url and _is_usable(host.force_url):
                yield host.force_url, host


_Key = TypeVar("_Key", bound="Hashable")


def _add(found: dict[_Key, dict[str, Source]], key: _Key, name: str, source: Source) -> None:
    """Add a source. Only the first ones of each key are kept, so that the time is linear."""
    sources = found.setdefault(key, {})
    if len(sources) < _MOST_SOURCES:
        sources.setdefault(name, source)


def _is_usable(url: str | None) -> bool:
    return url is not None and url_problem(url) is None and switched_off(url) is None


def _leaves(host: Host) -> list[Certificate]:
    return [certificate.leaf for certificate in host.served if certificate.leaf]


def _urls_of_siblings(host: Host) -> Iterator[Source]:
    """The http URI of one certificate, for another one of the same issuer whose URI is not http.

    An authority that answers by OCSP about one certificate does so about the other one. A
    certificate without URI may have been issued after the authority switched its responder off.
    """
    uris = [certificate.first_uri for certificate in host.served]
    if all(uri and (_is_usable(uri) or url_problem(uri) is not None) for uri in uris):
        for certificate, uri in zip(host.served, uris, strict=True):
            if uri and _is_usable(uri):
                yield Source(uri, host, certificate.name)
