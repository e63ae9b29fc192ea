"""Finds issuers and responder URLs for hosts that lack them.

mod_ssl can staple with the issuer or the URL of another host with the same certificate, but only
while that host has stapling on, or while its response is in the cache. Therefore each host should
have its own issuer and URL.
"""

from __future__ import annotations

import os
from itertools import chain as chained
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from apachestaple.lazy import lazy
from apachestaple.mod_ssl.chains_beside import ChainsBeside
from apachestaple.mod_ssl.host_certificates import (
    CHAINS_ELSEWHERE,
    Files,
    all_certificates,
    first_issuer,
    is_in_token,
    sent_chain,
)
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.ocsp.switched_off import switched_off
from apachestaple.ocsp.uri import url_problem

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.certificates.pem import CertificateFile, CertificateReader
    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site

# A bundle of authorities is not used as a chain, because httpd sends all of it in each handshake.
_LONGEST_CHAIN = 10
_MOST_SOURCES = 20
_FORCE_URL = "sslstaplingforceurl"
_CHAIN, _AUTHORITIES, _FOLDER = CHAINS_ELSEWHERE


class Source(NamedTuple):
    """A possible value of a directive, and a host that has it.

    Attributes:
        value: a path or a URL.
        host: the host that names it.
        only_authorities: of a file, whether all of its certificates are those of authorities.
        is_beside: of a file, whether it is only found because it is in the folder of the host's
            certificate.

    """

    value: str
    host: Host
    only_authorities: bool = True
    is_beside: bool = False


class Provision(NamedTuple):
    """The directives that a host needs to staple all its certificates by itself.

    Attributes:
        chain: for SSLCertificateChainFile; ``None`` if the host finds the issuers itself.
        url: for SSLStaplingForceURL; ``None`` if the responders of the host can be queried.
        removed: an SSLStaplingForceURL that cannot be used. Without it, the host would query the
            responders of its certificates.

    """

    chain: Source | None = None
    url: Source | None = None
    removed: Directive | None = None


class Provisions:
    """Finds the provisions for the hosts of a site.

    Attributes:
        site: the site.

    """

    def __init__(self, site: Site) -> None:
        self.site = site

    def find(self, host: Host) -> Provision | None:
        """The provision for a host; ``None`` if the configuration has none, or if it is unknown."""
        if not host.served or not all(certificate.is_readable for certificate in host.served):
            return None
        url = removed = None
        chain = self.find_chain(host)
        if chain is None and not all(map(_finds_issuer, host.served)):
            return None
        if not all(_is_usable(host.responder(certificate)) for certificate in host.served):
            if all(_is_usable(certificate.first_uri) for certificate in host.served):
                removed = host.setting(_FORCE_URL)
            else:
                url = next(self._urls(host), None)
            if url is None and removed is None:
                return None
        return Provision(chain, url, removed)

    def find_chain(self, host: Host) -> Source | None:
        """A file with the issuers that a host lacks; ``None`` if it lacks none."""
        if not host.served or not all(certificate.is_readable for certificate in host.served):
            return None
        if all(map(_finds_issuer, host.served)):
            return None
        return next(self._chains(host), None)

    def _chains(self, host: Host) -> Iterator[Source]:
        """Files from which a host, and all that inherit its setting, find their issuers."""
        concerned = [host, *self._heirs(host, _CHAIN)]
        leaf = _leaves(host)[0]
        candidates = chained(
            self._authorities.get(leaf.issuer_name, {}).items(),
            self._sources_beside(host),
            self._files_by_leaf.get(leaf.sha1, {}).items(),
            self._files_by_issuer.get(leaf.issuer_name, {}).items(),
        )
        for path, source in candidates:
            file = self.site.reader.read(path)
            if all(_suits(each, file, self.site.reader) for each in concerned):
                authorities = all(each.is_ca for each in all_certificates(file))
                yield source._replace(only_authorities=authorities)

    def _sources_beside(self, host: Host) -> Iterator[tuple[str, Source]]:
        for path, file in self._beside.of(host):
            yield file.path, Source(path, host, is_beside=True)

    @lazy
    def _beside(self) -> ChainsBeside:
        return ChainsBeside(self.site)

    @lazy
    def _authorities(self) -> dict[Hashable, dict[str, Source]]:
        """The files that only contain authorities, by the subjects of these."""
        found: dict[Hashable, dict[str, Source]] = {}
        for file, source in self._files:
            if file.leaf is not None and file.leaf.is_ca:
                for authority in all_certificates(file):
                    _add(found, authority.subject_name, file.path, source)
        return found

    @lazy
    def _files_by_leaf(self) -> dict[bytes, dict[str, Source]]:
        """The certificate files with a chain, by the SHA-1 of the leaf."""
        found: dict[bytes, dict[str, Source]] = {}
        for file, source in self._files:
            if file.leaf is not None and file.chain:
                _add(found, file.leaf.sha1, file.path, source)
        return found

    @lazy
    def _files_by_issuer(self) -> dict[Hashable, dict[str, Source]]:
        """The same files, by the subjects of the authorities in the chain."""
        found: dict[Hashable, dict[str, Source]] = {}
        for file, source in self._files:
            if file.leaf is not None and not file.leaf.is_ca:
                for authority in file.chain:
                    _add(found, authority.subject_name, file.path, source)
        return found

    @lazy
    def _files(self) -> list[tuple[CertificateFile, Source]]:
        """The certificate files of all hosts, those of SSLCertificateChainFile first."""
        return [(file, source) for file, source in _files(self.site) if file.problem is None]

    def _urls(self, host: Host) -> Iterator[Source]:
        """URLs that a host, and all hosts that inherit its setting, can query."""
        leaves = _leaves(host)
        heirs = self._heirs(host, _FORCE_URL)
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

    def _heirs(self, host: Host, name: str) -> list[Host]:
        """The hosts with TLS that inherit a setting of ``host``, if that is the main server."""
        if not host.is_main:
            return []
        hosts = self.site.tls_hosts
        return [
            each for each in hosts if each.certificates and not (each.is_main or name in each.own)
        ]


_Key = TypeVar("_Key", bound="Hashable")


def _add(found: dict[_Key, dict[str, Source]], key: _Key, name: str, source: Source) -> None:
    """Add a source. Only the first ones of each key are kept, so that the time is linear."""
    sources = found.setdefault(key, {})
    if len(sources) < _MOST_SOURCES:
        sources.setdefault(name, source)


def _finds_issuer(certificate: HostCertificate) -> bool:
    return certificate.issuer_found is not False and certificate.issuer_signed is not False


def _is_usable(url: str | None) -> bool:
    return url is not None and url_problem(url) is None and switched_off(url) is None


def _leaves(host: Host) -> list[Certificate]:
    return [certificate.leaf for certificate in host.served if certificate.leaf]


def _suits(host: Host, file: CertificateFile, reader: CertificateReader) -> bool:
    """Whether a host finds the issuers in a file, and still sends what it sends now."""
    own = {certificate.file.path for certificate in host.certificates if certificate.file}
    chain = sent_chain(file, own)
    if len(chain) > _LONGEST_CHAIN:
        return False
    sent = {one.der for one in chain}
    for certificate in host.served:
        leaf = certificate.leaf
        issuer = first_issuer(leaf, chain) if leaf else None
        if leaf is None or issuer is None or not reader.is_signed(leaf, issuer):
            return False
        sends = certificate.file.chain if certificate.file and host.setting(_CHAIN) is None else ()
        if not sent.issuperset(one.der for one in sends):
            return False
    return True


def _files(site: Site) -> Iterator[tuple[CertificateFile, Source]]:
    files = Files(site.configuration, site.reader)
    for name in (_CHAIN, _AUTHORITIES):
        for host in site.hosts:
            directive = host.own.get(name)
            if directive is not None:
                yield files.read(directive), Source(first_argument(directive), host)
    for host in site.hosts:
        directive = host.own.get(_FOLDER)
        if directive is not None:
            for file in files.read_folder(directive) or ():
                path = os.path.join(first_argument(directive), os.path.basename(file.path))
                yield file, Source(path, host)
    for host in site.hosts:
        for named in host.own_certificates:
            if not is_in_token(named):
                yield files.read(named), Source(first_argument(named), host)
