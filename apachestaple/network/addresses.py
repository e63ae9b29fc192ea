"""Special addresses, which belong to no public server.

A configuration or certificate from a repository must not make us connect to them.

Sources: the IANA registries of special-purpose addresses (RFC 6890), which `ipaddress` contains in
part; RFC 4291 (mapped), RFC 6052 (NAT64) and RFC 3056 (6to4) for IPv4 addresses in IPv6 addresses.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_PUBLIC_IPV6 = IPv6Network("2000::/3")
_SHARED = IPv4Network("100.64.0.0/10")
_NAT64 = IPv6Network("64:ff9b::/96")
_DOCUMENTATION: tuple[IPv4Network | IPv6Network, ...] = (
    *map(IPv4Network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")),
    *map(IPv6Network, ("2001:db8::/32", "3fff::/20")),
)
# Some versions of Python take these for global: protocol assignments (RFC 6890), the relays of 6to4
# (RFC 7526), and the address of the host of every virtual machine in Azure.
_SPECIAL = tuple(map(IPv4Network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")))


def special(address: str) -> str | None:
    """The kind of a special address, as an adjective; ``None`` for a public address.

    ``address`` may have a zone.
    """
    judged = _inner(ip_address(address.partition("%")[0]))
    if judged.is_unspecified:
        return "unspecified"
    if judged.is_loopback:
        return "loopback"
    if judged.is_link_local:
        return "link-local"
    if judged.is_multicast:
        return "multicast"
    if judged in _SHARED:
        return "shared"
    if any(judged in network for network in _DOCUMENTATION):
        return "documentation"
    if isinstance(judged, IPv6Address) and judged not in _PUBLIC_IPV6:
        # fc00::/7 is for private networks; the rest is not assigned.
        return "private" if judged.is_private else "special"
    if any(judged in network for network in _SPECIAL):
        return "special"
    return None if judged.is_global else "private"


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address in an IPv6 address, or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
