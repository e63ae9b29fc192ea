"""mod_ssl's stapling records: one for each leaf, which all hosts with that leaf share.

Source: modules/ssl/ssl_util_stapling.c (ssl_stapling_init_cert), ssl_engine_init.c
(ssl_init_Module).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apachestaple.mod_ssl.hosts import Host, HostCertificate


class StaplingRecord(NamedTuple):
    """What mod_ssl keeps of a leaf (certinfo).

    It has the issuer that the host found, as a certificate id, and the certificate's own OCSP
    URI. The SSLStaplingForceURL of the host is not part of it.

    Attributes:
        host: the host that made it.
        certificate: the certificate as that host has it.

    """

    host: Host
    certificate: HostCertificate


def stapling_records(main: Host, virtual_hosts: list[Host]) -> dict[bytes, StaplingRecord]:
    """The record of each leaf that has one, by the SHA-1 of its DER.

    httpd initializes the main server first, then the virtual hosts from the last one to the first,
    since each section is prepended. The first host makes the record that has TLS and stapling on,
    finds the issuer, and has a responder's URL: the certificate's, or else its own
    SSLStaplingForceURL.
    """
    records: dict[bytes, StaplingRecord] = {}
    for host in _in_order(main, virtual_hosts):
        for certificate in host.certificates:
            leaf = certificate.leaf
            if leaf is None or not certificate.issuer_found or leaf.sha1 in records:
                continue
            if host.responder(certificate) is not None:
                records[leaf.sha1] = StaplingRecord(host, certificate)
    return records


def _in_order(main: Host, virtual_hosts: list[Host]) -> Iterable[Host]:
    return (host for host in (main, *reversed(virtual_hosts)) if host.staples)
