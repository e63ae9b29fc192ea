"""mod_md: its managed domains, and the hosts that it staples for.

Source: modules/md/mod_md_config.c (md_config_sec_start), mod_md.c (link_md_to_servers),
mod_md_ocsp.c (staple_here), md_ocsp.c (md_ocsp_prime).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from apachestaple.httpd.words import split_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from apachestaple.httpd.configuration import Configuration, Directive
    from apachestaple.mod_ssl.hosts import Host, HostCertificate

SECTIONS = ("<mdomain", "<mdomainset")
# Directives of a section that belong to its domain, not to the server around it.
OF_DOMAIN = frozenset(
    {
        *("mdstapling", "mdstapleothers", "mdmuststaple"),
        *("mdmember", "mdmembers", "mdcertificatefile", "mdcertificatekeyfile"),
    }
)
_OF_MOD_MD = OF_DOMAIN | {"mdomain", *SECTIONS}
_NOT_NAMES = ("auto", "manual")
# MDStapleOthers has no effect in mod_md 2.6.0 to 2.6.6 (httpd's CHANGES: mod_md 2.6.7).
STAPLES_NO_OTHERS = (2, 4, 66)


@dataclass(eq=False)
class ManagedDomain:
    """The names of one MDomain or <MDomain>, and its own settings.

    Attributes:
        directive: where it is defined.
        names: in lower case; the first one is the name of the domain.
        own: its settings, by directive name in lower case; the last one of each.
        certificates: each MDCertificateFile. Without any, mod_md obtains a certificate.
        keys: each MDCertificateKeyFile.

    """

    directive: Directive
    names: list[str]
    own: dict[str, Directive] = field(default_factory=dict)
    certificates: list[Directive] = field(default_factory=list)
    keys: list[Directive] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.names[0]

    def take(self, directive: Directive) -> None:
        """Store a directive of its section."""
        match directive.key:
            case "mdmember" | "mdmembers":
                self.names += _names(directive)
            case "mdcertificatefile":
                self.certificates.append(directive)
            case "mdcertificatekeyfile":
                self.keys.append(directive)
            case key:
                self.own[key] = directive


def has_mod_md(seen: Iterable[str]) -> bool:
    """Whether any of these directives, in lower case, is one of mod_md's about stapling."""
    return not _OF_MOD_MD.isdisjoint(seen)


def assign_domains(
    hosts: Sequence[Host], domains: Sequence[ManagedDomain], configuration: Configuration
) -> None:
    """Set the domains of each host, and whether mod_md staples for it."""
    if not configuration.may_have_module("md_module"):
        return
    known = ManagedDomains(domains)
    version = configuration.version()
    for host in hosts:
        host.managed = known.of(host)
        host.md_stapling = staples_here(host, version)
        # A fragment shows neither MDStapleOthers nor whether mod_md is loaded.
        if host.md_stapling and not configuration.whole:
            host.md_stapling = None


def managed_domain(directive: Directive) -> ManagedDomain | None:
    """The domain that an MDomain or <MDomain> defines; ``None`` if it has no name."""
    names = _names(directive)
    return ManagedDomain(directive, names) if names else None


def section_of(directive: Directive) -> Directive | None:
    """The <MDomain> that contains a directive."""
    return next((s for s in directive.sections() if s.key in SECTIONS), None)


class ManagedDomains:
    """All domains of a configuration, in their order, and by name."""

    def __init__(self, domains: Sequence[ManagedDomain]) -> None:
        self.domains = domains
        self._by_name: dict[str, list[ManagedDomain]] = {}
        for domain in domains:
            for name in dict.fromkeys(domain.names):
                self._by_name.setdefault(name, []).append(domain)

    def of(self, host: Host) -> tuple[ManagedDomain, ...]:
        """The domains that mod_md assigns to a host. httpd does not start if there are two."""
        main = host.main or host
        if not self.domains or (host.is_main and not host.switched_on("MDBaseServer")):
            return ()
        name = (host.server_name[0] or main.server_name[0] or "").lower()
        found = dict.fromkeys(self._named(name))
        if matches_server_names(main):
            # A domain that has the name itself comes before those with a wildcard.
            return tuple(found or self._named(_wildcard(name)))
        for alias in host.aliases:
            found |= dict.fromkeys(self._matched(alias.lower()))
        return tuple(found | dict.fromkeys(self._named(_wildcard(name))))

    def overlaps(self) -> Iterator[tuple[ManagedDomain, ManagedDomain, str]]:
        """Pairs of domains that have the same name, or cover it by a wildcard, with the name."""
        earlier: set[int] = set()
        for domain in self.domains:
            for name in domain.names:
                having = (*self._named(name), *self._named(_wildcard(name)))
                first = next((each for each in having if id(each) in earlier), None)
                if first is not None:
                    yield first, domain, name
                    break
            earlier.add(id(domain))

    def _named(self, name: str) -> list[ManagedDomain]:
        return self._by_name.get(name, [])

    def _matched(self, alias: str) -> list[ManagedDomain]:
        """The domains with a name that a ServerAlias covers (ap_strcasecmp_match)."""
        if "*" not in alias and "?" not in alias:
            return self._named(alias)
        pattern = alias.replace("[", "[[]")
        return [
            d
            for name, having in self._by_name.items()
            if fnmatchcase(name, pattern)
            for d in having
        ]


def matches_server_names(main: Host) -> bool:
    """Whether mod_md compares its names with ServerName alone (MDMatchNames)."""
    directive = main.own.get("mdmatchnames")
    words = split_words(directive.raw) if directive else []
    return bool(words) and words[0].lower() == "servernames"


def staples_here(host: Host, version: tuple[int, int, int]) -> bool:
    """Whether mod_md must staple for a host (staple_here).

    A domain has the MDStapling of its section, or else of the main server. Where that is off, the
    MDStapling of the virtual host counts, as for a host without a domain.
    """
    if len(host.managed) == 1:
        own = host.managed[0].own.get("mdstapling")
        if is_on(own or (host.main or host).own.get("mdstapling")):
            return True
    return host.switched_on("MDStapling") and staples_others(host, version)


def staples_others(host: Host, version: tuple[int, int, int]) -> bool:
    """Whether mod_md may staple for a host that it does not manage."""
    switch = host.setting("MDStapleOthers")
    return version != STAPLES_NO_OTHERS and (switch is None or is_on(switch))


def is_on(directive: Directive | None) -> bool:
    """Whether an on/off directive of mod_md is set and on."""
    words = split_words(directive.raw) if directive else []
    return bool(words) and words[0].lower() == "on"


def certificates_of(host: Host) -> tuple[tuple[Directive, Directive], ...]:
    """Each MDCertificateFile of a host's domain, with the MDCertificateKeyFile."""
    if len(host.managed) != 1:
        return ()
    domain = host.managed[0]
    # httpd does not start with one that has no key.
    return tuple(zip(domain.certificates, domain.keys, strict=False))


def obtains_certificate(host: Host) -> bool:
    """Whether mod_md obtains a certificate for a host, which no directive names."""
    return len(host.managed) == 1 and not host.managed[0].certificates


def mod_md_answers(host: Host, certificate: HostCertificate) -> bool:
    """Whether mod_md, not mod_ssl, decides what is stapled for a certificate of a host.

    It does not for one without an OCSP URI. A host that does not find the issuer has the callback
    for stapling only if SSLUseStapling is on (ssl_stapling_init_cert).
    """
    if not host.md_stapling or certificate.leaf is None:
        return bool(host.md_stapling)
    is_prepared = certificate.issuer_found is not False or host.use_stapling
    return is_prepared and host.lookups.mod_md_has(certificate.leaf)


def stapled_leaves(hosts: Sequence[Host]) -> frozenset[bytes]:
    """The certificates that mod_md queries a responder for, by the SHA-1 of their DER.

    A host that it staples for must find the issuer, and the certificate must have an OCSP URI.
    Others with the same certificate then staple the same response.
    """
    return frozenset(
        certificate.leaf.sha1
        for host in hosts
        if host.md_stapling and host.is_tls
        for certificate in host.certificates
        if certificate.leaf and certificate.first_uri and certificate.issuer_found is not False
    )


def _names(directive: Directive) -> list[str]:
    names = (name.lower() for name in directive.arguments)
    return [name for name in names if name not in _NOT_NAMES]


def _wildcard(name: str) -> str:
    """The wildcard that covers a name; ``""`` if what follows ``*.`` would have no dot."""
    rest = name.partition(".")[2]
    return f"*.{rest}" if "." in rest else ""
