"""The site: all hosts and settings of mod_ssl, made from the directives in effect.

Source: modules/ssl/ssl_engine_config.c.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from apachestaple.certificates.keys import KeyProblem, KeyReader
from apachestaple.certificates.pem import CertificateReader
from apachestaple.httpd.configuration import ErrorKind, ReadError
from apachestaple.httpd.limits import MOST_CERTIFICATES
from apachestaple.httpd.loadable import is_loadable
from apachestaple.lazy import forget, lazy
from apachestaple.mod_ssl.cache import (
    LONG_RESPONSE,
    PROVIDERS,
    CacheSetting,
    Response,
    holds_all,
    parse_cache,
    recommended_size,
)
from apachestaple.mod_ssl.directives import NO_UPGRADES_SINCE
from apachestaple.mod_ssl.host_certificates import (
    CHAINS_ELSEWHERE,
    CRLS,
    Files,
    host_certificates,
    is_in_token,
)
from apachestaple.mod_ssl.hosts import Host, HostCertificate, first_argument
from apachestaple.mod_ssl.lines import LinesInForce
from apachestaple.mod_ssl.lookups import Lookups
from apachestaple.mod_ssl.managed import (
    ManagedDomain,
    assign_domains,
    has_mod_md,
    stapled_leaves,
)
from apachestaple.mod_ssl.other_tls import SWITCHES, TLS_ENGINE, other_tls
from apachestaple.mod_ssl.provisions import Provisions
from apachestaple.mod_ssl.queries import query
from apachestaple.mod_ssl.records import stapling_records
from apachestaple.mod_ssl.replies import Member, members_by_leaf, replies
from apachestaple.mod_ssl.ssl_directives import SslDirectives
from apachestaple.mod_ssl.stapling_problem import StaplingProblemKind
from apachestaple.mod_ssl.vhosts import VirtualHosts
from apachestaple.mod_ssl.walk import Walk
from apachestaple.ocsp.query import measured_lengths

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.httpd.configuration import Configuration, Directive
    from apachestaple.httpd.source_file import SourceFile
    from apachestaple.mod_ssl.addresses import Address
    from apachestaple.mod_ssl.cache_servers import CacheServer
    from apachestaple.mod_ssl.records import StaplingRecord
    from apachestaple.mod_ssl.replies import Replies
    from apachestaple.mod_ssl.stapling_problem import StaplingProblem
    from apachestaple.ocsp.query import Answer, Query


# Problems with which the cache still contains a response: an unusable one, or one of another host.
_STAPLED = (StaplingProblemKind.WRONG_ISSUER, StaplingProblemKind.NO_URI_HERE)


def _is_stapled(problem: StaplingProblem | None) -> bool:
    return problem is None or problem.kind in _STAPLED


@dataclass(eq=False)
class Site:
    """All hosts and settings of mod_ssl: the main server, the virtual hosts and the cache.

    Attributes:
        configuration: the configuration that it was made from.
        main: the main server.
        virtual_hosts: in the order of the configuration.
        caches: each SSLStaplingCache in a place where httpd accepts it; the last one is used.
        misplaced: stapling directives in a section where httpd rejects them.
        ssl_directives: all directives with a name like those of mod_ssl.
        names: the names of all directives, in lower case.
        managed_domains: mod_md's, in the order of the configuration.
        certificates_required: whether a certificate that is not here is an error.
        listens: the addresses of the Listen directives.
        reader: of the certificate files.
        answers: what the responders answered, where they were asked.
        unreachable: cache servers to which no connection could be made, each with the reason.
        alternatives: the other configurations that a template can become.

    """

    configuration: Configuration
    main: Host
    virtual_hosts: list[Host]
    caches: list[Directive]
    misplaced: list[Directive]
    certificates_required: bool
    reader: CertificateReader
    ssl_directives: SslDirectives = field(default_factory=SslDirectives)
    names: AbstractSet[str] = frozenset()
    managed_domains: list[ManagedDomain] = field(default_factory=list)
    listens: list[Address] = field(default_factory=list)
    answers: Mapping[Query, Answer] = field(default_factory=dict)
    unreachable: Mapping[CacheServer, str] = field(default_factory=dict)
    alternatives: list[Site] = field(default_factory=list)

    def release(self) -> None:
        """Free the memory of what can be computed again, such as the lines of files."""
        forget(self.ssl_directives)
        forget(self)
        forget(self.configuration)
        for file in self.configuration.files.values():
            file.release()
        for variant in self.alternatives:
            variant.release()

    @property
    def user(self) -> str:
        """The user of ``User``; ``""`` if it is not set."""
        directive = self.main.setting("User")
        return first_argument(directive) if directive else ""

    def is_overridden_cache(self, directive: Directive) -> bool:
        """Whether a directive is an SSLStaplingCache before the last one."""
        return id(directive) in self._overridden_caches

    @lazy
    def _overridden_caches(self) -> frozenset[int]:
        return frozenset(map(id, self.caches[:-1]))

    @lazy
    def in_force(self) -> LinesInForce:
        """The lines that are in force for hosts."""
        return LinesInForce(self.main, self.hosts, self.tls_hosts)

    @property
    def variants(self) -> list[Site]:
        """All configurations that a template can become; of other configurations, only this one."""
        return [self, *self.alternatives]

    @property
    def hosts(self) -> list[Host]:
        """The main server and the virtual hosts."""
        return [self.main, *self.virtual_hosts]

    @lazy
    def annotated_files(self) -> dict[str, SourceFile]:
        """Files with ``apachestaple:`` comments, by their path."""
        files = self.configuration.files
        return {path: file for path, file in files.items() if "apachestaple:" in file.shown}

    def host_of(self, directive: Directive) -> Host | None:
        """The virtual host that contains a directive; ``None`` for the main server."""
        sections = (self._hosts_by_section.get(id(section)) for section in directive.sections())
        return next(filter(None, sections), None)

    @lazy
    def _hosts_by_section(self) -> dict[int, Host]:
        return {id(host.section): host for host in self.virtual_hosts}

    @lazy
    def tls_hosts(self) -> list[Host]:
        """Hosts with TLS. The main server is only included if its SSLEngine is on."""
        return [host for host in self.hosts if host.is_tls]

    @property
    def listed_hosts(self) -> list[Host]:
        """Hosts with TLS, and those that ask for it in vain."""
        return [host for host in self.hosts if host.ssl_engine != "off"]

    @lazy
    def vhosts(self) -> VirtualHosts:
        """The virtual hosts by address and name."""
        return VirtualHosts(self.virtual_hosts, self.listens)

    @lazy
    def files_of_tls_hosts(self) -> frozenset[tuple[str, int]]:
        """Source and line of the certificates and keys that hosts with TLS have."""
        certificates = [each for host in self.tls_hosts for each in host.certificates]
        keys = (each.key_directive for each in certificates)
        directives = (*(each.directive for each in certificates), *filter(None, keys))
        return frozenset((directive.source, directive.number) for directive in directives)

    @lazy
    def other_tls_hosts(self) -> list[tuple[Host, Directive]]:
        """Hosts with TLS by another module than mod_ssl, each with the directive for it."""
        if not self.names & {*SWITCHES, TLS_ENGINE}:
            return []
        found = ((host, other_tls(host)) for host in self.hosts)
        return [(host, directive) for host, directive in found if directive is not None]

    @lazy
    def stapling_hosts(self) -> list[Host]:
        """TLS hosts for which mod_ssl's own stapling is on, and not replaced by mod_md's."""
        return [host for host in self.tls_hosts if host.staples]

    @lazy
    def records(self) -> dict[bytes, StaplingRecord]:
        """mod_ssl's record of each leaf that has one, by the SHA-1 of its DER."""
        for host in self.tls_hosts:
            # In this order, a second process reads them.
            host.certificates  # noqa: B018  (it is lazy)
        return stapling_records(self.main, self.virtual_hosts)

    def find_record(self, leaf: Certificate) -> StaplingRecord | None:
        """mod_ssl's record of a leaf, whichever host made it."""
        return self.records.get(leaf.sha1)

    def mod_md_has(self, leaf: Certificate) -> bool:
        """Whether mod_md queries a responder for a leaf, for whichever host."""
        return leaf.sha1 in self._leaves_of_mod_md

    @lazy
    def _leaves_of_mod_md(self) -> frozenset[bytes]:
        return stapled_leaves(self.hosts)

    def members(self, leaf: Certificate) -> list[Member]:
        """All hosts for which stapling is on and that have a leaf, in their order."""
        return self.members_of(leaf.sha1)

    def members_of(self, sha1: bytes) -> list[Member]:
        """All hosts for which stapling is on and that have the leaf with this SHA-1 of its DER."""
        made = self._members.get(sha1)
        if made is None:
            serving = self._serving.get(sha1, ())
            made = [Member(host, served, self.answer(host, served)) for host, served in serving]
            self._members[sha1] = made
        return made

    @lazy
    def _members(self) -> dict[bytes, list[Member]]:
        return {}

    @lazy
    def _serving(self) -> dict[bytes, list[tuple[Host, HostCertificate]]]:
        return members_by_leaf(self.stapling_hosts)

    @property
    def shared_leaves(self) -> Iterator[bytes]:
        """The leaves that several hosts staple, by the SHA-1 of their DER."""
        return (sha1 for sha1, serving in self._serving.items() if len(serving) > 1)

    def replies(self, host: Host, certificate: HostCertificate) -> Replies | None:
        """What clients of a host get that ask about a certificate; ``None`` without a record."""
        leaf = certificate.leaf
        if leaf is None or not host.staples or leaf.sha1 not in self.records:
            return None
        member = Member(host, certificate, self.answer(host, certificate))
        return replies(member, self.members(leaf))

    @lazy
    def provisions(self) -> Provisions:
        """Finds issuers and URLs for hosts that lack them, elsewhere in the configuration."""
        return Provisions(self)

    @lazy
    def stapled_certificates(self) -> dict[bytes, Certificate]:
        """The certificates whose responses mod_ssl caches, by the SHA-1 of their DER."""
        return {
            certificate.leaf.sha1: certificate.leaf
            for host in self.stapling_hosts
            for certificate in host.served
            if certificate.leaf and _is_stapled(host.problem_of(certificate))
        }

    def key_problem(self, certificate: HostCertificate) -> KeyProblem | None:
        """The problem of the private key of a certificate; ``None`` if no problem is known."""
        file, directive = certificate.file, certificate.key_directive
        # Without a key, SSLOpenSSLConfCmd keeps the one that was loaded before.
        keeps_key = directive is None and certificate.is_of_command
        if certificate.leaf is None or file is None or keeps_key:
            return None
        if directive is None:
            return self._keys.problem(file.path, certificate.leaf)
        if is_in_token(directive) or self.configuration.is_unknown(directive):
            return None
        path, may_read = self.configuration.certificate_file_of(directive)
        return self._keys.problem(path, certificate.leaf) if may_read else None

    @lazy
    def _keys(self) -> KeyReader:
        return KeyReader()

    def answered(self, answers: Mapping[Query, Answer]) -> Site:
        """The same site with the answers of the responders."""
        return replace(self, answers=answers)

    def answer(self, host: Host, certificate: HostCertificate) -> Answer | None:
        """The answer of the responder about a certificate of a host, if it was queried."""
        asked = query(host, certificate) if self.answers else None
        return self.answers.get(asked) if asked else None

    def responses(self, estimate: int) -> list[Response]:
        """The responses for the cache, with the measured length, or else ``estimate``."""
        measured = self.measured_lengths
        return [Response(sha1, measured.get(sha1, estimate)) for sha1 in self.stapled_certificates]

    @lazy
    def measured_lengths(self) -> dict[bytes, int]:
        """The length of each certificate's response in bytes, if the responder was queried."""
        return measured_lengths(self.answers)

    @property
    def cache(self) -> CacheSetting | None:
        """The cache that httpd uses, or ``None``."""
        return parse_cache(first_argument(self.caches[-1])) if self.caches else None

    def needed_cache_size(self, cache: CacheSetting | None) -> int:
        """The size of a cache that holds long responses: the size of ``cache``, if it does."""
        responses = self.responses(LONG_RESPONSE)
        if cache is not None and cache.size is not None and holds_all(cache.size, responses):
            return cache.size
        return recommended_size(responses)

    @lazy
    def can_have_cache(self) -> bool:
        """Whether a cache is set, or can be set, because the module of its provider exists."""
        if not self.configuration.whole:
            return True
        has, module = self.configuration, PROVIDERS["shmcb"]
        return bool(self.caches) or has.has_module(module) or is_loadable(has, module)

    @lazy
    def has_mod_ssl(self) -> bool:
        """Whether mod_ssl is loaded, or may be loaded in a part that was not read."""
        return self.configuration.may_have_module("ssl_module")


def understand(
    configuration: Configuration,
    *,
    certificates_required: bool | None = None,
    reader: CertificateReader | None = None,
    at_once: bool = True,
) -> Site:
    """The site of a configuration.

    By default, certificates are required for this machine's own configuration, and for one that is
    in its ServerRoot. ``reader`` may already have read certificate files. Certificates are read
    ``at_once``, or else at the first use.
    """
    if certificates_required is None:
        certificates_required = configuration.installed or configuration.in_place
    reader = reader or CertificateReader()
    site = Site(configuration, Host(None, ()), [], [], [], certificates_required, reader)
    walk = Walk(site)
    walk.take(configuration.directives)
    site.names = walk.seen.keys()
    _leave_out_hosts(site)
    speak_https = {raw: walk.is_https(addresses) for raw, addresses in walk.addresses.items()}
    has_chains_elsewhere = not walk.seen.keys().isdisjoint((*CHAINS_ELSEWHERE, *CRLS))
    files = Files(configuration, reader, has_chains_elsewhere, "sslopensslconfcmd" in site.names)

    def has_upgrades() -> bool:
        return configuration.version() < NO_UPGRADES_SINCE

    def find_certificates(host: Host) -> tuple[HostCertificate, ...]:
        return host_certificates(host, files)

    lookups = Lookups(find_certificates, site.find_record, site.mod_md_has, has_upgrades)
    for host in site.hosts:
        if host.section is not None:
            host.listen_is_https = speak_https[host.section.raw]
        host.lookups = lookups
    if has_mod_md(walk.seen):
        assign_domains(site.hosts, site.managed_domains, configuration)
    # Its functions refer to it. Memory in such cycles is only freed by a garbage collection.
    vars(walk).clear()
    if at_once:
        for host in site.hosts:
            host.certificates  # noqa: B018  (it is lazy)
    return site


def _leave_out_hosts(site: Site) -> None:
    """Leave out the virtual hosts whose certificates exceed the limit, and note the error.

    With inheritance, a few thousand lines can give millions of certificates to hosts.
    """
    inherited = len(site.main.own_certificates) + len(site.main.command_certificates)
    count = inherited
    for number, host in enumerate(site.virtual_hosts):
        count += max(len(host.own_certificates), inherited) + len(host.command_certificates)
        if count > MOST_CERTIFICATES and host.section is not None:
            message = f"more than {MOST_CERTIFICATES:,} certificates: the other hosts were not read"
            error = ReadError(ErrorKind.LIMIT, message, host.section.place)
            site.configuration.errors.append(error)
            del site.virtual_hosts[number:]
            return
