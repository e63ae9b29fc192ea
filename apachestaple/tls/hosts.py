"""The main server and its virtual hosts, with mod_ssl's settings merged as mod_ssl merges them.

Source: modules/ssl/ssl_engine_config.c (modssl_ctx_cfg_merge, ssl_config_server_merge),
ssl_engine_init.c (ssl_init_Module), server/vhost.c (get_addresses), server/listen.c
(ap_setup_listeners).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from apachestaple.httpd.numbers import atoi, strtol
from apachestaple.tls.cache import CacheSetting, parse_cache
from apachestaple.tls.certificates import Certificate, CertificateFile, CertificateReader
from apachestaple.tls.directives import STAPLING_DIRECTIVES
from apachestaple.tls.switched_off import switched_off

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Configuration, Directive

# Sections whose content httpd keeps per folder, URL or request: no place for a server's settings.
DIRECTORY_SECTIONS = frozenset(
    f"<{name}"
    for name in (
        "directory",
        "directorymatch",
        "location",
        "locationmatch",
        "files",
        "filesmatch",
        "if",
        "elseif",
        "else",
        "proxy",
        "proxymatch",
        "limit",
        "limitexcept",
    )
)

# The server settings of mod_ssl that decide whether and how a host staples; the last one set wins.
_SETTINGS = frozenset(STAPLING_DIRECTIVES) | {
    "sslengine",
    "servername",
    "sslcertificatechainfile",
    "sslcacertificatefile",
    "sslcacertificatepath",
    "protocol",
    "mdstapling",
}
# So many of a host's own files stand for those of the main server at the same position
# (modssl_ctx_cfg_merge_certkeys_array).
_REPLACED_CERTIFICATES = 3


@dataclass(frozen=True, slots=True)
class Address:
    """One address of a <VirtualHost> or a Listen; an empty host stands for any, port 0 likewise."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host or "*"
        return f"{host}:{self.port or '*'}"


class ObstacleKind(StrEnum):
    """What keeps mod_ssl from stapling for a certificate."""

    NOT_READ = "not-read"
    SELF_SIGNED = "self-signed"
    NO_ISSUER = "no-issuer"
    NO_URI = "no-uri"
    URI_NOT_HTTP = "uri-not-http"
    FORCE_URL_NOT_HTTP = "force-url-not-http"
    SWITCHED_OFF = "switched-off"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why mod_ssl cannot staple for a certificate, in a sentence's second half."""

    kind: ObstacleKind
    reason: str


@dataclass(frozen=True)
class HostCertificate:
    """A certificate that a host is given.

    Attributes:
        directive: its SSLCertificateFile.
        name: the path as it is written.
        file: what the path holds; ``None`` for one that is not a file (``pkcs11:``).
        issuer_found: whether mod_ssl finds the issuer; ``None`` where it cannot be told.

    """

    directive: Directive
    name: str
    file: CertificateFile | None
    issuer_found: bool | None = None

    @property
    def leaf(self) -> Certificate | None:
        return self.file.leaf if self.file else None

    @property
    def is_readable(self) -> bool:
        """Whether it is here and holds a leaf."""
        return self.leaf is not None


@dataclass(eq=False)
class Host:
    """The main server or a virtual host.

    Attributes:
        section: its <VirtualHost>; ``None`` for the main server.
        addresses: where it answers.
        own: its own settings, by directive name in lower case; the last one of each.
        main: the main server; ``None`` for that itself.
        certificates: with those of the main server merged in.
        listen_is_https: whether its addresses are those of a Listen for https.
        mod_md_staples: whether mod_md staples for it, and mod_ssl's own stapling is idle.

    """

    section: Directive | None
    addresses: tuple[Address, ...]
    main: Host | None = None
    own: dict[str, Directive] = field(default_factory=dict)
    own_certificates: list[Directive] = field(default_factory=list)
    certificates: tuple[HostCertificate, ...] = ()
    listen_is_https: bool = False
    mod_md_staples: bool = False

    def setting(self, name: str) -> Directive | None:
        """The directive that decides, its own or the main server's."""
        own = self.own.get(name.lower())
        if own is None and self.main is not None:
            return self.main.setting(name)
        return own

    def flag(self, name: str) -> bool:
        """The value of an On/Off directive in force; its default where httpd would reject it."""
        directive = self.setting(name)
        value = first_argument(directive).lower() if directive else ""
        if value in ("on", "off"):
            return value == "on"
        return STAPLING_DIRECTIVES[name.lower()].default == "on"

    def switched_on(self, name: str) -> bool:
        """Whether a directive that is off by default is on."""
        directive = self.setting(name)
        return directive is not None and first_argument(directive).lower() == "on"

    def seconds(self, name: str) -> int | None:
        """The value of a directive in seconds, as atoi reads it."""
        directive = self.setting(name)
        if directive is None:
            default = STAPLING_DIRECTIVES[name.lower()].default
            return default if isinstance(default, int) else None
        return atoi(first_argument(directive))

    @property
    def is_main(self) -> bool:
        return self.main is None

    @cached_property
    def name(self) -> str:
        """Name and port, as mod_ssl's log has it; the first address where it has no name."""
        named = self.own.get("servername")
        address = self.addresses[0] if self.addresses else Address("", 0)
        if named is None:
            return str(address) if self.section else "the main server"
        name = first_argument(named).rpartition("://")[2]
        host, colon, port = name.partition(":")
        if not colon and address.port == 0:
            return f"{host}:443"
        return f"{host}:{port or address.port}"

    @cached_property
    def ssl_engine(self) -> str:
        """``on``, ``off`` or ``optional``."""
        directive = self.setting("SSLEngine")
        value = first_argument(directive).lower() if directive else ""
        if value in ("on", "off", "optional"):
            return value
        return "on" if self.certificates and self._protocol() == "https" else "off"

    def _protocol(self) -> str:
        protocol = self.setting("Protocol")
        if protocol is not None:
            return first_argument(protocol).lower()
        return "https" if self.listen_is_https else "http"

    @property
    def is_tls(self) -> bool:
        return self.ssl_engine != "off"

    @property
    def use_stapling(self) -> bool:
        return self.flag("SSLUseStapling")

    @property
    def staples(self) -> bool:
        """Whether mod_ssl's own stapling is on for it, and in charge."""
        return self.is_tls and self.use_stapling and not self.mod_md_staples

    @property
    def force_url(self) -> str | None:
        """SSLStaplingForceURL in force."""
        directive = self.setting("SSLStaplingForceURL")
        return first_argument(directive) or None if directive else None

    def responder(self, certificate: HostCertificate) -> str | None:
        """The URL that mod_ssl asks for this certificate's status."""
        if self.force_url:
            return self.force_url
        leaf = certificate.leaf
        return leaf.ocsp_uris[0] if leaf and leaf.ocsp_uris else None

    def obstacle(self, certificate: HostCertificate) -> Obstacle | None:
        """What keeps mod_ssl from stapling for one of its certificates; in mod_ssl's order."""
        leaf = certificate.leaf
        if leaf is None:
            return Obstacle(ObstacleKind.NOT_READ, "its certificate was not read")
        if certificate.issuer_found is False:
            if leaf.is_self_signed:
                return Obstacle(ObstacleKind.SELF_SIGNED, "its certificate is self-signed")
            reason = "the issuer of its certificate is not in the chain"
            return Obstacle(ObstacleKind.NO_ISSUER, reason)
        url = self.responder(certificate)
        if url is None:
            return Obstacle(ObstacleKind.NO_URI, "its certificate has no OCSP URI")
        if not is_http(url):
            forced = bool(self.force_url)
            kind = ObstacleKind.FORCE_URL_NOT_HTTP if forced else ObstacleKind.URI_NOT_HTTP
            return Obstacle(kind, f"its responder {url} is not an http URL")
        if switched_off(url):
            return Obstacle(ObstacleKind.SWITCHED_OFF, f"its responder {url} is switched off")
        return None

    @cached_property
    def known_certificates(self) -> tuple[HostCertificate, ...]:
        """The certificates of which we have the leaf."""
        return tuple(certificate for certificate in self.certificates if certificate.is_readable)

    @property
    def can_staple(self) -> bool | None:
        """Whether mod_ssl could staple for every certificate; ``None`` where not all are known."""
        if not self.certificates or len(self.known_certificates) < len(self.certificates):
            return None
        return all(self.obstacle(certificate) is None for certificate in self.certificates)


@dataclass
class Site:
    """All that mod_ssl is told: the main server, the virtual hosts and the cache.

    Attributes:
        configuration: where it comes from.
        main: the main server.
        virtual_hosts: in the order of the configuration.
        caches: each SSLStaplingCache that stands where httpd takes it; the last one counts.
        misplaced: stapling directives in a section that httpd rejects them in.
        certificates_required: whether a certificate that is not here is an error.

    """

    configuration: Configuration
    main: Host
    virtual_hosts: list[Host]
    caches: list[Directive]
    misplaced: list[Directive]
    certificates_required: bool

    @property
    def hosts(self) -> list[Host]:
        """The main server and the virtual hosts."""
        return [self.main, *self.virtual_hosts]

    @cached_property
    def tls_hosts(self) -> list[Host]:
        """Hosts with TLS. The main server is one only where its SSLEngine is on."""
        return [host for host in self.hosts if host.is_tls]

    @cached_property
    def stapling_hosts(self) -> list[Host]:
        """TLS hosts for which mod_ssl's own stapling is on and in charge."""
        return [host for host in self.tls_hosts if host.staples]

    @cached_property
    def stapled_certificates(self) -> list[bytes]:
        """SHA-1 of each certificate whose response mod_ssl's cache is to hold."""
        found = {
            certificate.leaf.sha1: None
            for host in self.stapling_hosts
            for certificate in host.known_certificates
            if certificate.leaf and host.obstacle(certificate) is None
        }
        return list(found)

    @property
    def cache(self) -> CacheSetting | None:
        """The cache that httpd would use."""
        return parse_cache(first_argument(self.caches[-1])) if self.caches else None

    @cached_property
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
    for directive in configuration.directives:
        key = directive.key
        if key == "<virtualhost":
            host = Host(directive, _addresses(directive), main)
            by_section[id(directive)] = host
            site.virtual_hosts.append(host)
        elif key in _SETTINGS or key == "sslcertificatefile":
            _take(site, by_section, directive)
        elif key == "listen" and directive.parent is None:
            listen = _listen(directive)
            if listen:
                listens.append(listen)
    for host in site.hosts:
        host.listen_is_https = _listens_https(host, listens)
        host.certificates = tuple(_certificates(host, configuration, reader))
        host.mod_md_staples = configuration.has_module("md_module") and host.switched_on(
            "MDStapling"
        )
    return site


def _take(site: Site, by_section: dict[int, Host], directive: Directive) -> None:
    host: Host | None = site.main
    for section in directive.sections():
        if section.key in DIRECTORY_SECTIONS:
            if directive.key in STAPLING_DIRECTIVES:
                site.misplaced.append(directive)
            return
        if section.key == "<virtualhost":
            host = by_section.get(id(section))
    if host is None:
        return
    if directive.key == "sslstaplingcache":
        (site.caches if host.is_main else site.misplaced).append(directive)
    elif directive.key == "sslcertificatefile":
        host.own_certificates.append(directive)
    else:
        host.own[directive.key] = directive


def _certificates(
    host: Host, configuration: Configuration, reader: CertificateReader
) -> Iterator[HostCertificate]:
    directives = list(host.own_certificates)
    if host.main is not None:
        inherited = host.main.own_certificates[len(directives) :]
        directives[_REPLACED_CERTIFICATES:_REPLACED_CERTIFICATES] = inherited
    for directive in directives:
        name = first_argument(directive)
        if name.startswith("pkcs11:"):
            yield HostCertificate(directive, name, None)
            continue
        file = reader.read(_here(directive, configuration))
        yield HostCertificate(
            directive, name, file, _issuer_found(host, file, configuration, reader)
        )


def _issuer_found(
    host: Host, file: CertificateFile, configuration: Configuration, reader: CertificateReader
) -> bool | None:
    """stapling_get_issuer: the chain that the server sends, then the CA certificates."""
    if file.leaf is None:
        return None
    candidates: list[Certificate] = []
    complete = True
    chain = host.setting("SSLCertificateChainFile")
    if chain is None:
        candidates += file.chain
    else:
        # With a chain file, only the leaf is taken from the certificate file; where both are one
        # file, its first certificate is left out (ssl_init_ctx_cert_chain).
        chain_file = reader.read(_here(chain, configuration))
        complete = chain_file.problem is None
        if chain_file.leaf and chain_file.path != file.path:
            candidates.append(chain_file.leaf)
        candidates += chain_file.chain
    for name in ("SSLCACertificateFile", "SSLCACertificatePath"):
        directive = host.setting(name)
        if directive is None:
            continue
        path = _here(directive, configuration)
        if name.endswith("Path"):
            candidates += reader.read_folder(path)
        else:
            authorities = reader.read(path)
            complete = complete and authorities.problem is None
            candidates += [c for c in (authorities.leaf, *authorities.chain) if c]
    if any(file.leaf.is_issued_by(candidate) for candidate in candidates):
        return True
    return False if complete else None


def _here(directive: Directive, configuration: Configuration) -> str:
    return configuration.paths.real(configuration.absolute(first_argument(directive)))


def _addresses(section: Directive) -> tuple[Address, ...]:
    return tuple(_address(word) for word in section.arguments)


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


def _listens_https(host: Host, listens: list[tuple[Address, str]]) -> bool:
    """Whether the first Listen with one of the host's addresses speaks https."""
    for address in host.addresses:
        for listen, protocol in listens:
            hosts = {address.host} if address.host else _ANY_HOST
            same_host = (listen.host or _ANY_LISTEN) in hosts
            if same_host and listen.port == address.port:
                return protocol == "https"
    return False


def first_argument(directive: Directive) -> str:
    """The first word behind the name, unquoted; ``""`` where there is none."""
    arguments = directive.arguments
    return arguments[0] if arguments else ""


def is_http(url: str) -> bool:
    """Whether mod_ssl asks a responder at this URL (stapling_renew_response)."""
    return url.startswith("http://")
