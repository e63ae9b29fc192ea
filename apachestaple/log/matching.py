"""Finds the hosts and certificates of a configuration that match the values in a log."""

from __future__ import annotations

import os
from collections import defaultdict
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from apachestaple.mod_ssl.responders import certificate_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.log.explanation import Explanation
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site


class Matching:
    """The hosts of a configuration, indexed by values in a log.

    A hostile log can have ten thousand problems, and a configuration as many hosts. Comparing all
    pairs would take too long.
    """

    def __init__(self, site: Site) -> None:
        self._all = site.tls_hosts
        # By name without port; hosts without a name match any name.
        self._named: defaultdict[str, list[Host]] = defaultdict(list)
        self._unnamed: list[Host] = []
        self._by_fact: defaultdict[tuple[str, object], list[Host]] = defaultdict(list)
        for host in site.tls_hosts:
            if _has_name(host):
                self._named[host.name.rpartition(":")[0].lower()].append(host)
            else:
                self._unnamed.append(host)
            for key in {
                key for certificate in host.certificates for key in _keys(host, certificate)
            }:
                self._by_fact[key].append(host)

    def pairs(self, explanation: Explanation) -> Iterator[tuple[Host, HostCertificate | None]]:
        """The matching hosts with their certificates.

        ``None`` stands for the certificate of a host without certificate.
        """
        for host in self._hosts(explanation):
            if explanation.host is not None and not _is_named(host, explanation.host):
                continue
            fitting = [c for c in host.certificates if _fits(explanation, host, c)]
            if not fitting and explanation.host is not None and len(host.certificates) == 1:
                # The certificate was renewed since then.
                fitting = list(host.certificates)
            yield from ((host, certificate) for certificate in fitting)
            if not host.certificates and explanation.host is not None:
                yield host, None

    def _hosts(self, explanation: Explanation) -> list[Host]:
        """Hosts that may match."""
        facts = explanation.diagnosis.facts
        if explanation.host is not None:
            return [*self._named.get(_name(explanation.host).lower(), ()), *self._unnamed]
        if facts.get("serial"):
            return self._by_fact.get(("serial", int(facts["serial"], 16)), [])
        if facts.get("uri"):
            return self._by_fact.get(("uri", facts["uri"]), [])
        if facts.get("responder") and facts.get("what") != "proxy":
            return self._by_fact.get(("responder", facts["responder"].lower()), [])
        return self._all if (explanation.certificate or "").startswith("/") else []


def _keys(host: Host, certificate: HostCertificate) -> Iterator[tuple[str, object]]:
    """The values of a certificate that a log can contain."""
    if certificate.leaf is not None:
        yield "serial", certificate.leaf.serial
    url = host.responder(certificate) or ""
    yield "uri", url
    yield "responder", _netloc(url)


def _has_name(host: Host) -> bool:
    return "servername" in host.own or host.section is None


def _name(named: str) -> str:
    """A host's name without its port."""
    return named.rpartition(":")[0] if ":" in named else named


def _is_named(host: Host, name: str) -> bool:
    """Whether the name in the log is that of the host.

    mod_ssl appends :443 to a ServerName without port for any address, and uses the main server's
    name for a host without name (ssl_util_vhostid). A client sends a name without port.
    """
    known, _, port = host.name.rpartition(":")
    wanted = name.rpartition(":")[2] if ":" in name else "443"
    if not _has_name(host):
        return wanted in {str(address.port) for address in host.addresses}
    return _name(name).lower() == known.lower() and wanted in (port, "443")


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
        return host.staples and _netloc(url) == facts["responder"].lower()
    return explanation.host is not None or path.startswith("/")


def _is_same_file(path: str, certificate: HostCertificate) -> bool:
    here = os.path.realpath(certificate_path(certificate))
    return os.path.realpath(path) == here or path == certificate.name


def _netloc(url: str) -> str:
    """Host, and port if the URL has one, as in httpd's messages."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""
