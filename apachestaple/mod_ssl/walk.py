"""Assigns the directives in effect to hosts.

Source: modules/ssl/ssl_engine_config.c.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.addresses import Address, is_https, parse_address, parse_listen
from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES
from apachestaple.mod_ssl.hosts import TLS13_CIPHERS, Host, first_argument
from apachestaple.mod_ssl.managed import OF_DOMAIN, SECTIONS, managed_domain, section_of
from apachestaple.mod_ssl.other_tls import SWITCHES, TLS_ENGINE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.managed import ManagedDomain
    from apachestaple.mod_ssl.site import Site
    from apachestaple.mod_ssl.ssl_directives import SameName

# Sections whose content applies to folders, URLs or requests. httpd allows no settings of a server
# in them.
DIRECTORY_SECTIONS = frozenset(
    f"<{name}"
    for name in (
        *("directory", "directorymatch", "location", "locationmatch", "files", "filesmatch"),
        *("if", "elseif", "else", "proxy", "proxymatch", "limit", "limitexcept"),
    )
)

# The settings that decide whether and how a host staples; of several, the last one is used.
_SETTINGS = frozenset(STAPLING_DIRECTIVES) | {
    "sslengine",
    "sslprotocol",
    "servername",
    "sslcertificatechainfile",
    "sslcacertificatefile",
    "sslcacertificatepath",
    "sslcarevocationfile",
    "sslcarevocationpath",
    "sslcarevocationcheck",
    "sslcertificatefile",
    "sslcertificatekeyfile",
    "sslciphersuite",
    "sslopensslconfcmd",
    "sslpassphrasedialog",
    "protocol",
    "mdbaseserver",
    "mdhttpproxy",
    "mdmatchnames",
    "mdmuststaple",
    "mdstapleothers",
    "mdstapling",
    "user",
}

_USED = _SETTINGS | OF_DOMAIN | SWITCHES.keys() | {"listen", "serveralias", "mdomain", TLS_ENGINE}

# Those that do not simply replace an earlier one.
_LISTED = frozenset(
    {
        *("sslcertificatefile", "sslcertificatekeyfile", "sslopensslconfcmd"),
        *("sslciphersuite", "sslstaplingcache"),
    }
)

_PREFIXES = ("ssl", "sll", "sls")

# The function for a directive, if there is one, and the directives with the same name, if the name
# is like one of mod_ssl's.
_Use = tuple["Callable[[Directive], None] | None", "SameName | None"]


def is_used(key: str) -> bool:
    """Whether `Walk` or a rule uses directives with a name, which is in lower case."""
    return key in _USED or _is_like_ssl(key)


def _is_like_ssl(key: str) -> bool:
    """Whether a name is one of mod_ssl, or has a slip at the beginning or further behind."""
    return key.startswith(_PREFIXES) or "tapl" in key or "csp" in key or key == "mutex"


class Walk:
    """Assigns each directive to its host or managed domain.

    Attributes:
        addresses: the addresses of virtual hosts, by the arguments of their sections.
        seen: how directives are used, by name in lower case.

    """

    def __init__(self, site: Site) -> None:
        self.addresses: dict[str, tuple[Address, ...]] = {}
        self.seen: dict[str, _Use] = {}
        self._site = site
        self._listens: list[tuple[Address, str]] = []
        self._hosts: dict[int, Host] = {}
        self._domains: dict[int, ManagedDomain] = {}
        # The section of the last setting, and its host; None if settings are not allowed in it.
        self._section: Directive | None = None
        # The last <VirtualHost> that is in no other section.
        self._host_section: Directive | None = None
        self._host: Host | None = site.main

    def take(self, directives: Iterable[Directive]) -> None:
        """Assign all directives, in their order."""
        seen = self.seen
        add = self._site.ssl_directives.all.append
        for directive in directives:
            key = directive.key
            if key not in seen:
                seen[key] = self._use(key)
            act, same = seen[key]
            if act is not None:
                act(directive)
            if same is not None:
                add(directive)
                same.all.append(directive)
                if directive.parent is not self._host_section:
                    same.elsewhere.append(directive)

    def is_https(self, addresses: tuple[Address, ...]) -> bool:
        """Whether a Listen for https has one of them; the first one with a Listen decides."""
        found = (is_https(address, self._listens) for address in addresses)
        return next((https for https in found if https is not None), False)

    def _use(self, key: str) -> _Use:
        acts = {
            "<virtualhost": self._virtual_host,
            "listen": self._listen,
            "serveralias": self._alias,
            TLS_ENGINE: self._site.main.tls_engines.append,
            **dict.fromkeys(("mdomain", *SECTIONS), self._managed_domain),
            **dict.fromkeys(OF_DOMAIN, self._of_domain),
        }
        act = acts.get(key) or (self._setting if key in _SETTINGS or key in SWITCHES else None)
        return act, self._site.ssl_directives.with_name(key) if _is_like_ssl(key) else None

    def _virtual_host(self, directive: Directive) -> None:
        raw = directive.raw
        if raw not in self.addresses:
            self.addresses[raw] = tuple(parse_address(word) for word in directive.arguments)
        host = Host(directive, self.addresses[raw], self._site.main)
        self._hosts[id(directive)] = host
        self._site.virtual_hosts.append(host)
        if directive.parent is None:
            self._section = self._host_section = directive
            self._host = host

    def _listen(self, directive: Directive) -> None:
        listen = parse_listen(directive) if directive.parent is None else None
        if listen:
            self._listens.append(listen)
            self._site.listens.append(listen[0])

    def _alias(self, directive: Directive) -> None:
        host = self._owner(directive.parent)
        if host is not None:
            host.aliases += directive.arguments

    def _managed_domain(self, directive: Directive) -> None:
        domain = managed_domain(directive)
        if domain is not None:
            self._domains[id(directive)] = domain
            self._site.managed_domains.append(domain)

    def _of_domain(self, directive: Directive) -> None:
        section = section_of(directive)
        if section is None:
            self._setting(directive)
        elif id(section) in self._domains:
            self._domains[id(section)].take(directive)

    def _setting(self, directive: Directive) -> None:
        section = directive.parent
        if section is not self._section:
            self._section, self._host = section, self._owner(section)
        host, key = self._host, directive.key
        if host is None:
            if key in STAPLING_DIRECTIVES:
                self._site.misplaced.append(directive)
        elif key in _LISTED:
            self._listed(host, directive)
        else:
            earlier = host.own.get(key)
            if earlier is not None and key in STAPLING_DIRECTIVES:
                host.overridden.append(earlier)
            host.own[key] = directive

    def _listed(self, host: Host, directive: Directive) -> None:
        """A directive of which a host may have several, or the main server alone one."""
        match directive.key:
            case "sslcertificatefile":
                host.own_certificates.append(directive)
            case "sslcertificatekeyfile":
                host.own_keys.append(directive)
            case "sslopensslconfcmd":
                _take_conf_command(host, directive)
            case "sslciphersuite":
                # One for TLS 1.3 does not change the ciphers of the other versions.
                is_tls13 = first_argument(directive).lower() == "tlsv1.3"
                host.own[TLS13_CIPHERS if is_tls13 else directive.key] = directive
            case "sslstaplingcache":
                (self._site.caches if host.is_main else self._site.misplaced).append(directive)

    def _owner(self, section: Directive | None) -> Host | None:
        """The host of the directives directly in a section; ``None`` if none are allowed there."""
        # Sections may be nested deeper than calls.
        host: Host | None = self._site.main
        for outer in reversed([section, *section.sections()] if section else []):
            if outer.key in DIRECTORY_SECTIONS:
                return None
            if host is self._site.main:
                host = self._hosts.get(id(outer), host)
        return host


def _take_conf_command(host: Host, directive: Directive) -> None:
    """Keep the file of SSLOpenSSLConfCmd Certificate or PrivateKey as the directive's argument."""
    command, *values = directive.arguments or [""]
    taken = {"certificate": host.command_certificates, "privatekey": host.command_keys}
    if len(values) == 1 and command.lower() in taken:
        escaped = values[0].replace("\\", "\\\\").replace('"', '\\"')
        taken[command.lower()].append(directive._replace(raw=f'"{escaped}"'))
