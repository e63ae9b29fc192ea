"""The main server and virtual hosts, with mod_ssl's settings merged as mod_ssl merges them.

Source: modules/ssl/ssl_engine_config.c (modssl_ctx_cfg_merge, ssl_config_server_merge),
ssl_engine_init.c (ssl_init_Module), ssl_util_stapling.c.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.httpd.numbers import atoi
from apachestaple.httpd.words import first_word, lower
from apachestaple.lazy import lazy, share_names
from apachestaple.mod_ssl.addresses import Address
from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES
from apachestaple.mod_ssl.lookups import NO_LOOKUPS, Lookups
from apachestaple.mod_ssl.managed import mod_md_answers
from apachestaple.mod_ssl.stapling_problem import NEVER_QUERIED, StaplingProblem
from apachestaple.mod_ssl.stapling_problem import StaplingProblemKind as Kind
from apachestaple.ocsp.switched_off import switched_off
from apachestaple.ocsp.uri import url_problem

if TYPE_CHECKING:
    from apachestaple.certificates.certificate import Certificate
    from apachestaple.certificates.pem import CertificateFile
    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.managed import ManagedDomain


# No name in the DNS is longer.
_LONGEST_NAME = 255


class HostCertificate(NamedTuple):
    """A certificate of a host.

    Attributes:
        directive: its SSLCertificateFile or SSLOpenSSLConfCmd.
        file: the content of the file; ``None`` if it is not a file (``pkcs11:``).
        leaf: its first certificate, if it could be read.
        issuer_found: whether mod_ssl finds the issuer; ``None`` if this is unknown.
        key_directive: the SSLCertificateKeyFile of its private key; ``None`` if the key must be
            in the certificate file.
        issuer: the issuer that mod_ssl finds.
        issuer_signed: whether the signature was made with that issuer's key; a certificate with
            the name of the issuer and another key may be found first. ``None`` if it is unknown.

    """

    directive: Directive
    file: CertificateFile | None
    leaf: Certificate | None = None
    issuer_found: bool | None = None
    key_directive: Directive | None = None
    issuer: Certificate | None = None
    issuer_signed: bool | None = None

    @property
    def name(self) -> str:
        """The path, as it is written in the configuration."""
        return first_argument(self.directive)

    @property
    def is_of_command(self) -> bool:
        """Whether SSLOpenSSLConfCmd names it, so that OpenSSL itself loads the file."""
        return self.directive.key == "sslopensslconfcmd"

    @property
    def first_uri(self) -> str | None:
        """Its first OCSP URI, the only one that httpd uses."""
        uris = self.leaf.ocsp_uris if self.leaf else ()
        return uris[0] if uris else None

    @property
    def is_readable(self) -> bool:
        """Whether its leaf could be read and parsed."""
        return self.leaf is not None


# The key of a setting: SSLCipherSuite for TLS 1.3.
TLS13_CIPHERS = "sslciphersuite tlsv1.3"


@dataclass(eq=False)
class Host:
    """The main server or a virtual host, with its own settings and those of the main server.

    Attributes:
        section: its <VirtualHost>; ``None`` for the main server.
        addresses: the addresses of its section.
        own: its own settings, by directive name in lower case; the last one of each.
        overridden: stapling directives of its own that a later one of the same name overrides.
        own_certificates: its own SSLCertificateFile.
        own_keys: its own SSLCertificateKeyFile.
        command_certificates: its own ``SSLOpenSSLConfCmd Certificate``, with the path as argument.
        command_keys: its own ``SSLOpenSSLConfCmd PrivateKey``, likewise.
        main: the main server; ``None`` if it is the main server itself.
        lookups: what it looks up in the whole server.
        listen_is_https: whether its address is that of a Listen for https.
        aliases: the names of its ServerAlias directives.
        managed: the domains that mod_md assigns to it.
        tls_engines: the TLSEngine directives of mod_tls, if it is the main server.
        md_stapling: whether mod_md must staple for it; ``None`` if a fragment does not show it.

    """

    section: Directive | None
    addresses: tuple[Address, ...]
    main: Host | None = None
    own: dict[str, Directive] = field(default_factory=dict)
    overridden: list[Directive] = field(default_factory=list)
    own_certificates: list[Directive] = field(default_factory=list)
    own_keys: list[Directive] = field(default_factory=list)
    command_certificates: list[Directive] = field(default_factory=list)
    command_keys: list[Directive] = field(default_factory=list)
    lookups: Lookups = NO_LOOKUPS
    listen_is_https: bool = False
    aliases: list[str] = field(default_factory=list)
    tls_engines: list[Directive] = field(default_factory=list)
    managed: tuple[ManagedDomain, ...] = ()
    md_stapling: bool | None = False

    @lazy
    def certificates(self) -> tuple[HostCertificate, ...]:
        """Its certificates and those of the main server; read at the first use."""
        return self.lookups.certificates(self)

    @lazy
    def served(self) -> tuple[HostCertificate, ...]:
        """The certificates that clients can get: of several with one type of key, the last."""
        if len(self.certificates) < 2:
            return self.certificates
        last = {
            certificate.leaf.key_type if certificate.leaf else certificate.name: number
            for number, certificate in enumerate(self.certificates)
        }
        return tuple(self.certificates[number] for number in sorted(last.values()))

    def setting(self, name: str) -> Directive | None:
        """The directive in force: its own or the main server's."""
        key = name.lower()
        own = self.own.get(key)
        if own is None and self.main is not None:
            return self.main.own.get(key)
        return own

    def flag(self, name: str) -> bool:
        """The value of an On/Off directive in force; the default if httpd would reject it."""
        directive = self.setting(name)
        value = _switch(directive.raw) if directive else ""
        if value in ("on", "off"):
            return value == "on"
        return STAPLING_DIRECTIVES[name.lower()].default == "on"

    def switched_on(self, name: str) -> bool:
        """Whether a directive that is off by default is on."""
        directive = self.setting(name)
        return directive is not None and _switch(directive.raw) == "on"

    def seconds(self, name: str) -> int | None:
        """The value of a directive in seconds, as atoi reads it."""
        directive = self.setting(name)
        if directive is None:
            default = STAPLING_DIRECTIVES[name.lower()].default
            return default if isinstance(default, int) else None
        return atoi(first_argument(directive))

    @property
    def directive(self) -> Directive | None:
        """Its <VirtualHost>; for the main server, its SSLEngine."""
        return self.section or self.setting("SSLEngine")

    @property
    def is_main(self) -> bool:
        return self.main is None

    @lazy
    def name(self) -> str:
        """Name and port; the first address if it has no name.

        mod_ssl's log has port 443 for every ServerName without port.
        """
        address = self.addresses[0] if self.addresses else Address("", 0)
        name, port = self.server_name
        if name is None:
            return str(address) if self.section else "the main server"
        if not port and address.port == 0:
            return f"{name}:443"
        return f"{name}:{port or address.port}"

    @lazy
    def server_name(self) -> tuple[str | None, str]:
        """Name and port of its ServerName; ``None`` and ``""`` if it has none."""
        named = self.own.get("servername")
        if named is None:
            return None, ""
        name, _, port = first_argument(named).rpartition("://")[2].partition(":")
        return name, port

    @lazy
    def names(self) -> tuple[str, ...]:
        """ServerName and ServerAlias in lower case; without ServerName, the main server's."""
        name, _ = self.server_name
        if name is None and self.main is not None:
            name, _ = self.main.server_name
        if not self.aliases and name is not None and len(name) <= _LONGEST_NAME:
            return (lower(name),)
        named = self.aliases if name is None else [name, *self.aliases]
        return tuple([lower(each) for each in named if len(each) <= _LONGEST_NAME])

    @lazy
    def ssl_engine(self) -> str:
        """``on``, ``off`` or ``optional``."""
        directive = self.setting("SSLEngine")
        value = _switch(directive.raw) if directive else ""
        if value in ("on", "off", "optional"):
            return value
        if value and "$" not in value:
            # httpd rejects it; the directive was probably written to turn TLS on.
            return "on"
        # A certificate from mod_md comes too late (ssl_init_Module).
        named = self.own_certificates or (self.main and self.main.own_certificates)
        return "on" if named and self._protocol() == "https" else "off"

    def _protocol(self) -> str:
        protocol = self.setting("Protocol")
        if protocol is not None:
            return _switch(protocol.raw)
        return "https" if self.listen_is_https else "http"

    @lazy
    def is_tls(self) -> bool:
        """Whether mod_ssl sets it up for TLS."""
        engine = self.ssl_engine
        return engine == "on" or (engine == "optional" and self.lookups.has_upgrades())

    @lazy
    def takes_handshakes(self) -> bool:
        """Whether connections start with a handshake. With ``optional``, they start with HTTP."""
        return self.ssl_engine == "on"

    @lazy
    def use_stapling(self) -> bool:
        """Whether SSLUseStapling is on for it."""
        return self.flag("SSLUseStapling")

    @lazy
    def staples(self) -> bool:
        """Whether mod_ssl staples for it: its stapling is on, and mod_md does not replace it."""
        is_replaced = self.md_stapling and self.mod_md_staples
        return self.is_tls and self.use_stapling and not is_replaced

    @lazy
    def mod_md_staples(self) -> bool:
        """Whether mod_md staples for it, and mod_ssl's own stapling is idle."""
        if not self.md_stapling:
            return False
        certificates = self.certificates
        return not certificates or any(mod_md_answers(self, each) for each in certificates)

    @property
    def must_staple(self) -> bool:
        """Whether one of its certificates requires a staple (must-staple)."""
        return any(c.leaf is not None and c.leaf.must_staple for c in self.certificates)

    @property
    def cipher_suites(self) -> list[Directive]:
        """Each SSLCipherSuite in force: one for TLS 1.3, and one for the versions before."""
        return list(filter(None, map(self.setting, ("SSLCipherSuite", TLS13_CIPHERS))))

    @property
    def fakes_try_later(self) -> bool:
        """Whether it does not return errors of responders, but staples its own tryLater instead."""
        return not self.flag("SSLStaplingReturnResponderErrors") and self.flag(
            "SSLStaplingFakeTryLater"
        )

    @property
    def staples_failures(self) -> bool:
        """Whether clients get an error as a staple if a query has no response."""
        return self.flag("SSLStaplingReturnResponderErrors") or self.fakes_try_later

    @lazy
    def force_url(self) -> str | None:
        """SSLStaplingForceURL in force."""
        directive = self.setting("SSLStaplingForceURL")
        return first_argument(directive) or None if directive else None

    @property
    def proxy(self) -> str | None:
        """SSLOCSPProxyURL in force."""
        directive = self.setting("SSLOCSPProxyURL")
        return first_argument(directive) or None if directive else None

    def responder(self, certificate: HostCertificate) -> str | None:
        """The URL that mod_ssl queries about a certificate, or ``None``."""
        return self.force_url or certificate.first_uri

    def stapling_issuer(self, certificate: HostCertificate) -> Certificate | None:
        """The issuer in mod_ssl's queries, which is that of the record of the certificate."""
        return self._as_recorded(certificate).issuer

    def has_wrong_issuer(self, certificate: HostCertificate) -> bool:
        """Whether mod_ssl's queries contain another authority than the issuer."""
        return self._as_recorded(certificate).issuer_signed is False

    def _as_recorded(self, certificate: HostCertificate) -> HostCertificate:
        """The certificate of the host that made the record; this one if there is no record."""
        record = self.lookups.record(certificate.leaf) if certificate.leaf else None
        return record.certificate if record else certificate

    @lazy
    def stapling_problems(self) -> tuple[StaplingProblem | None, ...]:
        """Why mod_ssl cannot staple, for each of its certificates; ``None`` if it can."""
        return tuple(map(self._stapling_problem, self.certificates))

    def problem_of(self, certificate: HostCertificate) -> StaplingProblem | None:
        """Why mod_ssl cannot staple one of its certificates; ``None`` if it can."""
        problems = self.stapling_problems
        if len(problems) == 1:
            return problems[0]
        return problems[self.certificates.index(certificate)]

    def _stapling_problem(self, certificate: HostCertificate) -> StaplingProblem | None:
        """In mod_ssl's order."""
        leaf = certificate.leaf
        if leaf is None:
            return StaplingProblem(Kind.NOT_READ, "its certificate was not read")
        record = self.lookups.record(leaf)
        recorded = record.certificate if record else certificate
        if certificate.issuer_found is False and record is None:
            if leaf.is_self_signed:
                return StaplingProblem(Kind.SELF_SIGNED, "its certificate is self-signed")
            reason = "the issuer of its certificate is not in the chain"
            return StaplingProblem(Kind.NO_ISSUER, reason)
        url = self.responder(certificate)
        if url is None:
            kind = Kind.NO_URI_HERE if record else Kind.NO_URI
            return StaplingProblem(kind, "its certificate has no OCSP URI")
        of_url = url_problem(url)
        if of_url is not None:
            forced = bool(self.force_url)
            kind = Kind.FORCE_URL_NOT_HTTP if forced else Kind.URI_NOT_HTTP
            return StaplingProblem(kind, f"its responder {url} {of_url}")
        if switched_off(url):
            return StaplingProblem(Kind.SWITCHED_OFF, f"its responder {url} is switched off")
        if recorded.issuer_signed is False:
            return StaplingProblem(
                Kind.WRONG_ISSUER,
                "a certificate of the issuer's name with another key is found in place of the "
                "issuer's",
            )
        return None

    @lazy
    def asks_responders(self) -> bool:
        """Whether mod_ssl queries a responder for at least one certificate, if that is known.

        It does not if it finds no issuer or no URI when it starts (ssl_stapling_init_cert).
        """
        if not any(self.stapling_problems):
            return True
        problems = [self.problem_of(certificate) for certificate in self.served]
        return not problems or any(p is None or p.kind not in NEVER_QUERIED for p in problems)

    @lazy
    def is_hopeless(self) -> bool:
        """Whether none of its certificates can be stapled, so stapling should be turned off.

        If only some of them can be stapled, stapling stays on for these.
        """
        problems = map(self.problem_of, self.served)
        kinds = {problem.kind if problem else None for problem in problems}
        return bool(kinds) and kinds.isdisjoint({None, Kind.NOT_READ})

    @lazy
    def known_certificates(self) -> tuple[HostCertificate, ...]:
        """The certificates whose leaf could be read."""
        return tuple(certificate for certificate in self.certificates if certificate.is_readable)


share_names(Host(None, ()))


@lru_cache(maxsize=256)
def _switch(raw: str) -> str:
    """The first word of arguments in lower case; cached, because many hosts have the same words."""
    return first_word(raw).lower()


def first_argument(directive: Directive) -> str:
    """The first argument without quotes; ``""`` if there is none."""
    return first_word(directive.raw)
