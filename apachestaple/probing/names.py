"""Whether a certificate is for a name or address (RFC 9525), by service-identity."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

from apachestaple.ocsp.host import is_address

if TYPE_CHECKING:
    from service_identity.hazmat import CertificatePattern

    from apachestaple.certificates.certificate import Certificate

# The number of names that a message lists.
_MOST_NAMES = 3


def problem_of_name(leaf: Certificate, expected: str) -> str | None:
    """Why clients do not accept the certificate for a name or address, or ``None``.

    As browsers do, only the subject alternative names are compared, and not the common name.
    """
    from service_identity.exceptions import (  # noqa: PLC0415  (10 ms, for probe)
        CertificateError,
        VerificationError,
    )
    from service_identity.hazmat import (  # noqa: PLC0415
        DNS_ID,
        IPAddress_ID,
        verify_service_identity,
    )

    try:
        names = _names(leaf)
    except Exception:  # noqa: BLE001  (cryptography raises many kinds)
        return f"the names in the certificate cannot be read; it must be for {expected}"
    if not names:
        return f"the certificate has no subject alternative name; it must be for {expected}"
    is_ip = is_address(expected)
    try:
        wanted = IPAddress_ID(expected.partition("%")[0]) if is_ip else DNS_ID(expected.rstrip("."))
    except ValueError:
        return f"{expected!r} is no name that a certificate can be for"
    patterns = [pattern for _, pattern in names if pattern is not None]
    try:
        verify_service_identity(patterns, obligatory_ids=[wanted], optional_ids=[])
    except (VerificationError, CertificateError):
        return f"the certificate is for {_listed([name for name, _ in names])}, not for {expected}"
    return None


# Hosts share certificates; one can have a hundred names.
@lru_cache(maxsize=1024)
def _names(leaf: Certificate) -> tuple[tuple[str, CertificatePattern | None], ...]:
    """The names and addresses in a certificate; clients ignore those without a pattern.

    Raises:
        Exception: the extension cannot be parsed.

    """
    from cryptography import x509  # noqa: PLC0415  (likewise)
    from service_identity.exceptions import CertificateError  # noqa: PLC0415
    from service_identity.hazmat import DNSPattern, IPAddressPattern  # noqa: PLC0415

    found: list[tuple[str, CertificatePattern | None]] = []
    extensions = x509.load_der_x509_certificate(leaf.der).extensions
    try:
        names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    for name in names.get_values_for_type(x509.DNSName):
        try:
            found.append((name, DNSPattern.from_bytes(name.encode("utf-8"))))
        except CertificateError:
            found.append((name, None))
    addresses = names.get_values_for_type(x509.IPAddress)
    found += (
        (str(address), IPAddressPattern(address))
        for address in addresses
        # Only name constraints contain networks.
        if isinstance(address, IPv4Address | IPv6Address)
    )
    return tuple(found)


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    return f"{shown} and {more} more" if more > 0 else shown
