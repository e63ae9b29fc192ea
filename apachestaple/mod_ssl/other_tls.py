"""TLS by other modules than mod_ssl, whose stapling is not predicted."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from apachestaple.mod_ssl.addresses import parse_address

if TYPE_CHECKING:
    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host

# The directive that turns TLS on for a server or virtual host, in lower case, and its module.
SWITCHES = MappingProxyType({"gnutlsenable": "mod_gnutls", "nssengine": "mod_nss"})
# mod_tls has a list of addresses for the whole server instead.
TLS_ENGINE = "tlsengine"


def other_tls(host: Host) -> Directive | None:
    """The directive by which a host has TLS from another module; ``None`` if there is none."""
    if host.is_tls:
        return None
    for key in SWITCHES:
        if host.switched_on(key):
            return host.setting(key)
    listens = (host.main or host).tls_engines
    return next((d for d in listens if host.section and _listens_for(d, host)), None)


def module_of(directive: Directive) -> str:
    """The module of a directive that `other_tls` returns."""
    return SWITCHES.get(directive.key, "mod_tls")


def _listens_for(directive: Directive, host: Host) -> bool:
    """Whether the address of a TLSEngine is one of a host."""
    word = next(iter(directive.arguments), "")
    address = parse_address(f"*:{word}" if word.isdigit() else word)
    return any(
        own.port == address.port and (not own.host or not address.host or own.host == address.host)
        for own in host.addresses
    )
