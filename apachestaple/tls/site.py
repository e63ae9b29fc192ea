"""All that mod_ssl is told: a walk over the directives in effect puts the hosts together.

Source: modules/ssl/ssl_engine_config.c, ssl_engine_init.c (ssl_init_ctx_cert_chain),
ssl_util_stapling.c (stapling_get_issuer), server/vhost.c (get_addresses), server/listen.c
(ap_setup_listeners).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING

from apachestaple.httpd.numbers import strtol
from apachestaple.lazy import lazy
from apachestaple.tls.cache import CacheSetting, Response, parse_cache
from apachestaple.tls.certificates import Certificate, CertificateFile, CertificateReader
from apachestaple.tls.directives import STAPLING_DIRECTIVES
from apachestaple.tls.hosts import Address, Host, HostCertificate, first_argument
from apachestaple.tls.keys import KeyProblem, KeyReader
from apachestaple.tls.queries import measured_lengths, query

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apachestaple.httpd.configuration import Configuration, Directive, SourceFile
    from apachestaple.tls.queries import Answer, Query

# Sections whose content httpd keeps per folder, URL or request: no place for a server's settings.
_DIRECTORY_SECTIONS = frozenset(
    f"<{name}"
    for name in (
        *("directory", "directorymatch", "location", "locationmatch", "files", "filesmatch"),
        *("if", "elseif", "else", "proxy", "proxymatch", "limit", "limitexcept"),
    )
)

# The server settings of mod_ssl that decide whether and how a host staples; the last one set wins.
_SETTINGS = frozenset(STAPLING_DIRECTIVES) | {
    "sslengine",
    "servername",
    "sslcertificatechainfile",
    "sslcacertificatefile",
    "sslcacertificatepath",
    "sslcertificatefile",
    "sslcertificatekeyfile",
    "protocol",
    "mdstapling",
}
# So many of a host's own files stand for those of the main server at the same position
# (modssl_ctx_cfg_merge_certkeys_array).
_REPLACED = 3
# What begins so names something in a token, not a file.
_PKCS11 = "pkcs11:"


@dataclass
class Site:
    """All that mod_ssl is told: the main server, the virtual hosts and the cache.

    Attributes:
        configuration: where it comes from.
        main: the main server.
        virtual_hosts: in the order of the configuration.
        caches: each SSLStaplingCache that stands where httpd takes it; the last one counts.
        misplaced: stapling directives in a section that httpd rejects them in.
        ssl_directives: all directives whose name looks like one of mod_ssl's.
        certificates_required: whether a certificate that is not here is an error.
        answers: what the responders answered, where they were asked.

    """

    configuration: Configuration
    main: Host
    virtual_hosts: list[Host]
    caches: list[Directive]
    misplaced: list[Directive]
    certificates_required: bool
    ssl_directives: list[Directive] = field(default_factory=list)
    answers: Mapping[Query, Answer] = field(default_factory=dict)

    def ssl_directives_of(self, section: Directive) -> list[Directive]:
        """Those of mod_ssl's directives that stand right in a section."""
        return self._by_section.get(id(section), [])

    @lazy
    def _by_section(self) -> dict[int, list[Directive]]:
        found: dict[int, list[Directive]] = {}
        for directive in self.ssl_directives:
            if directive.parent is not None and directive.key.startswith("ssl"):
                found.setdefault(id(directive.parent), []).append(directive)
        return found

    def is_misplaced(self, directive: Directive) -> bool:
        """Whether it is one of `misplaced`."""
        return id(directive) in self._misplaced

    @lazy
    def _misplaced(self) -> set[int]:
        return {id(directive) for directive in self.misplaced}

    @property
    def hosts(self) -> list[Host]:
        """The main server and the virtual hosts."""
        return [self.main, *self.virtual_hosts]

    @lazy
    def annotated_files(self) -> dict[str, SourceFile]:
        """Files with comments that are meant for us, by their path."""
        files = self.configuration.files
        return {path: file for path, file in files.items() if "apachestaple:" in file.text}

    @lazy
    def tls_hosts(self) -> list[Host]:
        """Hosts with TLS. The main server is one only where its SSLEngine is on."""
        return [host for host in self.hosts if host.is_tls]

    @lazy
    def stapling_hosts(self) -> list[Host]:
        """TLS hosts for which mod_ssl's own stapling is on and in charge."""
        return [host for host in self.tls_hosts if host.staples]

    @lazy
    def stapled_certificates(self) -> dict[bytes, Certificate]:
        """Each certificate whose response mod_ssl's cache is to hold, by the SHA-1 of its DER."""
        return {
            certificate.leaf.sha1: certificate.leaf
            for host in self.stapling_hosts
            for certificate, obstacle in zip(host.certificates, host.obstacles, strict=True)
            if certificate.leaf and obstacle is None
        }

    def key_problem(self, certificate: HostCertificate) -> KeyProblem | None:
        """What is wrong with the private key of a certificate; ``None`` where nothing is known."""
        name = first_argument(certificate.key_directive or certificate.directive)
        if certificate.leaf is None or name.startswith(_PKCS11):
            return None
        return self._keys.problem(self.configuration.here(name), certificate.leaf)

    @lazy
    def _keys(self) -> KeyReader:
        return KeyReader()

    def answer(self, host: Host, certificate: HostCertificate) -> Answer | None:
        """What the responder answered about a certificate of a host, if it was asked."""
        asked = query(host, certificate) if self.answers else None
        return self.answers.get(asked) if asked else None

    def responses(self, estimate: int) -> list[Response]:
        """The responses that the cache is to hold: as long as measured, or as ``estimate`` says."""
        measured = self.measured_lengths
        return [Response(sha1, measured.get(sha1, estimate)) for sha1 in self.stapled_certificates]

    @property
    def measured_lengths(self) -> dict[bytes, int]:
        """Bytes of each certificate's response, where a responder was asked."""
        return measured_lengths(self.answers)

    @property
    def cache(self) -> CacheSetting | None:
        """The cache that httpd would use."""
        return parse_cache(first_argument(self.caches[-1])) if self.caches else None

    @lazy
    def has_mod_ssl(self) -> bool:
        return self.configuration.has_module("ssl_module") or not self.configuration.whole


def understand(
    configuration: Configuration,
    *,
    certificates_required: bool | None = None,
    reader: CertificateReader | None = None,
) -> Site:
    """What mod_ssl makes of the directives in effect.

    Certificates are required, where nothing else is said, of the machine's own configuration.
    ``reader`` may know certificate files from before.
    """
    if certificates_required is None:
        certificates_required = configuration.installed
    main = Host(None, ())
    site = Site(configuration, main, [], [], [], certificates_required)
    reader = reader or CertificateReader()
    listens: list[tuple[Address, str]] = []
    by_section: dict[int, Host] = {}
    addresses: dict[str, tuple[Address, ...]] = {}
    for directive in configuration.directives:
        key = directive.key
        if key in _SETTINGS:
            _take(site, by_section, directive)
        elif key == "<virtualhost":
            raw = directive.raw
            if raw not in addresses:
                addresses[raw] = tuple(_address(word) for word in directive.arguments)
            host = Host(directive, addresses[raw], main)
            by_section[id(directive)] = host
            site.virtual_hosts.append(host)
        elif key == "listen" and directive.parent is None:
            listen = _listen(directive)
            if listen:
                listens.append(listen)
        # Beside the right ones, those with a slip at the beginning, or further behind.
        if key[:3] in _PREFIXES or "tapl" in key or "csp" in key:
            site.ssl_directives.append(directive)
    https = {
        address: _is_https(address, listens) for host in addresses.values() for address in host
    }
    has_mod_md = configuration.has_module("md_module")
    for host in site.hosts:
        # The first address that is that of a Listen decides.
        found = (https[address] for address in host.addresses)
        host.listen_is_https = next((is_https for is_https in found if is_https is not None), False)
        host.certificates = _certificates(host, configuration, reader)
        host.mod_md_staples = has_mod_md and host.switched_on("MDStapling")
    return site


_PREFIXES = frozenset({"ssl", "sll", "sls"})


def _take(site: Site, by_section: dict[int, Host], directive: Directive) -> None:
    host: Host | None = site.main
    section = directive.parent
    while section is not None:
        if section.key == "<virtualhost":
            host = by_section.get(id(section))
        elif section.key in _DIRECTORY_SECTIONS:
            if directive.key in STAPLING_DIRECTIVES:
                site.misplaced.append(directive)
            return
        section = section.parent
    if host is None:
        return
    if directive.key == "sslstaplingcache":
        (site.caches if host.is_main else site.misplaced).append(directive)
    elif directive.key == "sslcertificatefile":
        host.own_certificates.append(directive)
    elif directive.key == "sslcertificatekeyfile":
        host.own_keys.append(directive)
    else:
        earlier = host.own.get(directive.key)
        if earlier is not None and directive.key in STAPLING_DIRECTIVES:
            host.overridden.append(earlier)
        host.own[directive.key] = directive


def _certificates(
    host: Host, configuration: Configuration, reader: CertificateReader
) -> tuple[HostCertificate, ...]:
    main = host.main
    directives = _merged(host.own_certificates, main.own_certificates if main else [])
    keys = _merged(host.own_keys, main.own_keys if main else [])
    # Keys and certificates belong together by their order; without a key of its own, a certificate
    # has it in its file (ssl_init_server_certs).
    return tuple(
        _certificate(host, directive, key, configuration, reader)
        for directive, key in zip_longest(directives, keys[: len(directives)])
    )


def _merged(own: list[Directive], inherited: list[Directive]) -> list[Directive]:
    """A host's certificates or keys with those of the main server."""
    if len(inherited) <= len(own):
        return own
    return [*own[:_REPLACED], *inherited[len(own) :], *own[_REPLACED:]]


def _certificate(
    host: Host,
    directive: Directive,
    key: Directive | None,
    configuration: Configuration,
    reader: CertificateReader,
) -> HostCertificate:
    name = first_argument(directive)
    if name.startswith(_PKCS11):
        return HostCertificate(directive, name, None)
    file = reader.read(configuration.here(name))
    issuer, complete = _issuer(host, file, configuration, reader)
    found = True if issuer else (False if complete else None)
    return HostCertificate(directive, name, file, found, key, issuer)


def _issuer(
    host: Host, file: CertificateFile, configuration: Configuration, reader: CertificateReader
) -> tuple[Certificate | None, bool]:
    """stapling_get_issuer: the chain that the server sends, then the CA certificates.

    Also whether all of them could be read.
    """
    if file.leaf is None or not file.leaf.is_understood:
        return None, False
    candidates: list[Certificate] = []
    complete = True
    chain = host.setting("SSLCertificateChainFile")
    if chain is None:
        candidates += file.chain
    else:
        # With a chain file, only the leaf is taken from the certificate file; where both are one
        # file, its first certificate is left out (ssl_init_ctx_cert_chain).
        chain_file = reader.read(configuration.here(first_argument(chain)))
        complete = chain_file.problem is None
        if chain_file.leaf and chain_file.path != file.path:
            candidates.append(chain_file.leaf)
        candidates += chain_file.chain
    for name in ("SSLCACertificateFile", "SSLCACertificatePath"):
        directive = host.setting(name)
        if directive is None:
            continue
        path = configuration.here(first_argument(directive))
        if name.endswith("Path"):
            found = reader.read_folder(path)
            complete = complete and found is not None
            candidates += found or []
        else:
            authorities = reader.read(path)
            complete = complete and authorities.problem is None
            candidates += [c for c in (authorities.leaf, *authorities.chain) if c]
    issuer = next((c for c in candidates if file.leaf.is_issued_by(c)), None)
    return issuer, complete


def _address(word: str) -> Address:
    host, colon, port = word.rpartition(":")
    if not colon or "]" in port:
        host, port = word, ""
    host = host.strip("[]").lower()
    if host in ("*", "_default_"):
        host = ""
    return Address(host, _port(port))


def _port(text: str) -> int:
    number, rest = strtol(text)
    return number if not rest and 0 < number < 65536 else 0


def _listen(directive: Directive) -> tuple[Address, str] | None:
    words = directive.arguments
    if not words:
        return None
    address = _address(words[0])
    if ":" not in words[0] and words[0].isascii() and words[0].isdigit():
        address = Address("", _port(words[0]))
    protocol = words[1].lower() if len(words) > 1 else ("https" if address.port == 443 else "http")
    return address, protocol


# What a host without address stands for, and what a Listen without one binds: the second is the
# first that the system offers, which is IPv6's wherever that is on.
_ANY_HOST = frozenset({"0.0.0.0", "::"})  # noqa: S104  (compared, not bound)
_ANY_LISTEN = "::"


def _is_https(address: Address, listens: list[tuple[Address, str]]) -> bool | None:
    """Whether the first Listen with this address speaks https; ``None`` where there is none."""
    hosts = {address.host} if address.host else _ANY_HOST
    for listen, protocol in listens:
        if listen.port == address.port and (listen.host or _ANY_LISTEN) in hosts:
            return protocol == "https"
    return None
