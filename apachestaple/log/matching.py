"""Which hosts and certificates of a configuration everything that the log tells fits."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from apachestaple.mod_ssl.responders import certificate_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.log.explanation import Explanation
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site


def matching(explanation: Explanation, site: Site) -> Iterator[tuple[Host, HostCertificate | None]]:
    """The hosts with their certificates; ``None`` for a host that has no certificate."""
    for host in site.tls_hosts:
        if explanation.host is not None and not _is_named(host, explanation.host):
            continue
        fitting = [c for c in host.certificates if _fits(explanation, host, c)]
        if not fitting and explanation.host is not None and len(host.certificates) == 1:
            # The certificate was renewed since.
            fitting = list(host.certificates)
        yield from ((host, certificate) for certificate in fitting)
        if not host.certificates and explanation.host is not None:
            yield host, None


def _is_named(host: Host, name: str) -> bool:
    """Whether the log means the host.

    mod_ssl puts :443 behind a ServerName without a port whatever the address is, and the main
    server's name before the port of a host that has none (ssl_util_vhostid). A client names a host
    without a port.
    """
    known, _, port = host.name.rpartition(":")
    named, _, wanted = name.rpartition(":") if ":" in name else (name, "", "443")
    if "servername" not in host.own and host.section is not None:
        return wanted in {str(address.port) for address in host.addresses}
    return named.lower() == known.lower() and wanted in (port, "443")


def _fits(explanation: Explanation, host: Host, certificate: HostCertificate) -> bool:
    facts, leaf = explanation.diagnosis.facts, certificate.leaf
    serial, path = facts.get("serial"), explanation.certificate or ""
    if serial:
        return leaf is not None and leaf.serial == int(serial, 16)
    if path.startswith("/") and not _is_same_file(path, certificate):
        return False
    url = host.responder(certificate) or ""
    if facts.get("uri"):
        return host.staples and url == facts["uri"]
    if facts.get("responder") and facts.get("what") != "proxy":
        return host.staples and _is_at(url, facts["responder"])
    return explanation.host is not None or path.startswith("/")


def _is_same_file(path: str, certificate: HostCertificate) -> bool:
    here = os.path.realpath(certificate_path(certificate))
    return os.path.realpath(path) == here or path == certificate.name


def _is_at(url: str, responder: str) -> bool:
    """Whether the URL leads to the host, and port where it is named, that httpd's message has."""
    try:
        return urlsplit(url).netloc.lower() == responder.lower()
    except ValueError:
        return False
