"""Finds the chain for hosts that do not find the issuers of their certificates.

A file with an end entity's certificate is never used as SSLCertificateChainFile, because httpd
would send that certificate to clients.
"""

from __future__ import annotations

import os
from enum import StrEnum
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

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.certificates.pem import CertificateFile, CertificateReader
    from apachestaple.httpd.configuration import Place as LinePlace
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site

# A bundle of authorities is not used as a chain, because httpd sends all of it in each handshake.
_LONGEST_CHAIN = 10
_MOST_SOURCES = 20
_CHAIN, _AUTHORITIES, _FOLDER = CHAINS_ELSEWHERE


class Place(StrEnum):
    """Where the chain of a host is."""

    # In its own certificate file, but httpd uses SSLCertificateChainFile instead.
    HIDDEN = "hidden"
    # In a file of authorities that a host names.
    NAMED = "named"
    # In a file that nothing names, in the folder of its certificate.
    BESIDE = "beside"
    # In a file that has the same certificate, too.
    SAME_CERTIFICATE = "same-certificate"
    # In such a file that nothing names, in the folder of its certificate.
    SAME_CERTIFICATE_BESIDE = "same-certificate-beside"
    # Only in a file with another certificate.
    OTHER_CERTIFICATE = "other-certificate"


class Chain(NamedTuple):
    """A chain for a host.

    Attributes:
        place: where it is.
        path: path of the file, as it is written in the configuration; if it is hidden, path of the
            SSLCertificateChainFile.
        host: the host that names the file.
        old: path of the certificate file that it can replace, or ``""``.

    """

    place: Place
    path: str
    host: Host
    old: str = ""


class MissingChains:
    """Finds the chains for the hosts of a site."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def find(self, host: Host) -> Chain | None:
        """The chain with the issuers that a host lacks; ``None`` if it lacks none."""
        if not is_readable(host) or all(map(finds_issuer, host.served)):
            return None
        return (
            self._hidden(host)
            or next(self._of_authorities(host), None)
            or self._of_same_certificate(host)
        )

    def find_in_other_file(self, host: Host) -> Chain | None:
        """A file with another certificate and the issuer that a host lacks."""
        for certificate in host.served:
            leaf = certificate.leaf
            if leaf is None or finds_issuer(certificate):
                continue
            for path, chain in self._files_by_issuer.get(leaf.issuer_name, {}).items():
                if _has_issuer(leaf, self._site.reader.read(path).chain, self._site.reader):
                    return chain
        return None

    def _hidden(self, host: Host) -> Chain | None:
        """The chain in the own certificate files, if that suits all hosts with the chain file."""
        directive = host.setting(_CHAIN)
        if directive is None:
            return None
        if host.main is not None and {_CHAIN} <= host.own.keys() & host.main.own.keys():
            # Without its own line, the host would inherit that of the main server.
            return None
        if directive.place not in self._removable:
            file = Files(self._site.configuration, self._site.reader).read(directive)
            users = self._users[directive.place]
            suits = all(self._suits_without(each, file) for each in users)
            self._removable[directive.place] = suits
        if not self._removable[directive.place]:
            return None
        return Chain(Place.HIDDEN, first_argument(directive), host)

    @lazy
    def _removable(self) -> dict[LinePlace, bool]:
        """For lines with SSLCertificateChainFile, whether all their hosts can do without."""
        return {}

    @lazy
    def _users(self) -> dict[LinePlace, list[Host]]:
        """The hosts with TLS that use each line with SSLCertificateChainFile."""
        users: dict[LinePlace, list[Host]] = {}
        for host in self._site.tls_hosts:
            directive = host.setting(_CHAIN)
            if directive is not None:
                users.setdefault(directive.place, []).append(host)
        return users

    def _suits_without(self, host: Host, chain_file: CertificateFile) -> bool:
        """Whether a host finds its issuers without a chain file, and still sends what it needs."""
        for certificate in host.served:
            leaf, file = certificate.leaf, certificate.file
            if leaf is None or file is None:
                return False
            if not _has_issuer(leaf, file.chain, self._site.reader):
                return False
            sent = sent_chain(chain_file, {file.path})
            sends = {one.der for one in sent} if finds_issuer(certificate) else set()
            if not sends.issubset(one.der for one in file.chain):
                return False
        return True

    def _of_authorities(self, host: Host) -> Iterator[Chain]:
        """Files of authorities for a host, and for all that inherit its setting."""
        concerned = [host, *heirs_of(host, _CHAIN, self._site)]
        leaf = _leaves(host)[0]
        yield from self._suitable(self._authorities.get(leaf.issuer_name, {}), concerned)
        beside = {
            file.path: Chain(Place.BESIDE, path, host) for path, file in self._beside.of(host)
        }
        yield from self._suitable(beside, concerned)

    def _suitable(self, chains: dict[str, Chain], concerned: Sequence[Host]) -> Iterator[Chain]:
        for path, chain in chains.items():
            file = self._site.reader.read(path)
            if all(_suits(each, file, self._site.reader) for each in concerned):
                yield chain

    def _of_same_certificate(self, host: Host) -> Chain | None:
        """A file with the same certificate and its chain, for each certificate without one."""
        directive = host.setting(_CHAIN)
        if directive is not None and self._users[directive.place] != [host]:
            return None
        found = []
        for certificate in host.served:
            leaf, file = certificate.leaf, certificate.file
            if leaf is None or file is None:
                return None
            if not _has_issuer(leaf, file.chain, self._site.reader):
                found.append(self._complete_file(leaf, certificate, host))
        return found[0] if found and all(found) else None

    def _complete_file(
        self, leaf: Certificate, certificate: HostCertificate, host: Host
    ) -> Chain | None:
        # Without an SSLCertificateKeyFile, the key is in the certificate file.
        if certificate.key_directive is None or certificate.is_of_command:
            return None
        for path, chain in self._files_by_leaf.get(leaf.sha1, {}).items():
            if _has_issuer(leaf, self._site.reader.read(path).chain, self._site.reader):
                return chain._replace(old=certificate.name)
        for written, file in self._beside.with_certificate(certificate):
            if _has_issuer(leaf, file.chain, self._site.reader):
                place = Place.SAME_CERTIFICATE_BESIDE
                return Chain(place, written, host, certificate.name)
        return None

    @lazy
    def _beside(self) -> ChainsBeside:
        return ChainsBeside(self._site)

    @lazy
    def _authorities(self) -> dict[Hashable, dict[str, Chain]]:
        """The files that only contain authorities, by the subjects of these."""
        found: dict[Hashable, dict[str, Chain]] = {}
        for file, path, host in self._files:
            certificates = all_certificates(file)
            if all(each.is_ca for each in certificates):
                for authority in certificates:
                    _add(found, authority.subject_name, file.path, Chain(Place.NAMED, path, host))
        return found

    @lazy
    def _files_by_leaf(self) -> dict[bytes, dict[str, Chain]]:
        """The certificate files with a chain, by the SHA-1 of the leaf."""
        found: dict[bytes, dict[str, Chain]] = {}
        for file, path, host in self._files:
            if file.leaf is not None and file.chain:
                chain = Chain(Place.SAME_CERTIFICATE, path, host)
                _add(found, file.leaf.sha1, file.path, chain)
        return found

    @lazy
    def _files_by_issuer(self) -> dict[Hashable, dict[str, Chain]]:
        """The same files, by the subjects of the authorities in the chain."""
        found: dict[Hashable, dict[str, Chain]] = {}
        for file, path, host in self._files:
            if file.leaf is not None and not file.leaf.is_ca:
                for authority in file.chain:
                    chain = Chain(Place.OTHER_CERTIFICATE, path, host)
                    _add(found, authority.subject_name, file.path, chain)
        return found

    @lazy
    def _files(self) -> list[tuple[CertificateFile, str, Host]]:
        """The certificate files of all hosts, those of SSLCertificateChainFile first.

        Each with its path as it is written, and the host that names it.
        """
        return [found for found in _files(self._site) if found[0].problem is None]


_Key = TypeVar("_Key", bound="Hashable")


def _add(found: dict[_Key, dict[str, Chain]], key: _Key, path: str, chain: Chain) -> None:
    """Add a chain. Only the first ones of each key are kept, so that the time is linear."""
    chains = found.setdefault(key, {})
    if len(chains) < _MOST_SOURCES:
        chains.setdefault(path, chain)


def is_readable(host: Host) -> bool:
    """Whether a host has certificates, and all of them could be read."""
    return bool(host.served) and all(certificate.is_readable for certificate in host.served)


def finds_issuer(certificate: HostCertificate) -> bool:
    """Whether mod_ssl finds the issuer of a certificate, as far as known."""
    return certificate.issuer_found is not False and certificate.issuer_signed is not False


def heirs_of(host: Host, name: str, site: Site) -> list[Host]:
    """The hosts with TLS that inherit a setting of ``host``, if that is the main server."""
    if not host.is_main:
        return []
    return [
        each
        for each in site.tls_hosts
        if each.certificates and not (each.is_main or name in each.own)
    ]


def _leaves(host: Host) -> list[Certificate]:
    return [certificate.leaf for certificate in host.served if certificate.leaf]


def _has_issuer(leaf: Certificate, chain: Sequence[Certificate], reader: CertificateReader) -> bool:
    """Whether the certificate in a chain that mod_ssl takes for the issuer is the issuer."""
    issuer = first_issuer(leaf, chain)
    return issuer is not None and bool(reader.is_signed(leaf, issuer))


def _suits(host: Host, file: CertificateFile, reader: CertificateReader) -> bool:
    """Whether a host finds the issuers in a file, and still sends what it sends now."""
    own = {certificate.file.path for certificate in host.certificates if certificate.file}
    chain = sent_chain(file, own)
    if len(chain) > _LONGEST_CHAIN:
        return False
    sent = {one.der for one in chain}
    for certificate in host.served:
        leaf = certificate.leaf
        if leaf is None or not _has_issuer(leaf, chain, reader):
            return False
        sends = certificate.file.chain if certificate.file and host.setting(_CHAIN) is None else ()
        if not sent.issuperset(one.der for one in sends):
            return False
    return True


def _files(site: Site) -> Iterator[tuple[CertificateFile, str, Host]]:
    files = Files(site.configuration, site.reader)
    for name in (_CHAIN, _AUTHORITIES):
        for host in site.hosts:
            directive = host.own.get(name)
            if directive is not None:
                yield files.read(directive), first_argument(directive), host
    for host in site.hosts:
        directive = host.own.get(_FOLDER)
        if directive is not None:
            for file in files.read_folder(directive) or ():
                path = os.path.join(first_argument(directive), os.path.basename(file.path))
                yield file, path, host
    for host in site.hosts:
        for named in host.own_certificates:
            if not is_in_token(named):
                yield files.read(named), first_argument(named), host
