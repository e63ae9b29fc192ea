"""The stapling records of mod_ssl: one for each certificate, shared by all hosts that have it.

Source: modules/ssl/ssl_util_stapling.c (ssl_stapling_init_cert), ssl_engine_init.c
(ssl_init_Module).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apachestaple.mod_ssl.hosts import Host, HostCertificate


class StaplingRecord(NamedTuple):
    """The data that mod_ssl keeps for a certificate (certinfo).

    It contains the certificate ID with the issuer that the host found, and the certificate's OCSP
    URI. SSLStaplingForceURL is not part of it.

    Attributes:
        host: the host that made it.
        certificate: the certificate of that host.

    """

    host: Host
    certificate: HostCertificate


def stapling_records(main: Host, virtual_hosts: list[Host]) -> dict[bytes, StaplingRecord]:
    """The record of each certificate that has one, by the SHA-1 of its DER.

    httpd initializes the main server first, then the virtual hosts from the last one to the first.
    The record is made by the first host that has TLS and stapling on, finds the issuer, and has a
    responder URL: that of the certificate, or its own SSLStaplingForceURL.
    """
    records: dict[bytes, StaplingRecord] = {}
    for host in _in_order(main, virtual_hosts):
        for certificate in host.served:
            leaf = certificate.leaf
            if leaf is None or not certificate.issuer_found or leaf.sha1 in records:
                continue
            if leaf.ocsp_uris or host.force_url:
                records[leaf.sha1] = StaplingRecord(host, certificate)
    return records


def _in_order(main: Host, virtual_hosts: list[Host]) -> Iterable[Host]:
    return (host for host in (main, *reversed(virtual_hosts)) if host.staples)
