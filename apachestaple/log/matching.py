"""Which hosts and certificates of a configuration everything that the log tells fits."""

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
    """The hosts of a configuration, by what a log tells.

    A hostile log has ten thousand problems, and a configuration may have as many hosts: not each is
    compared with each.
    """

    def __init__(self, site: Site) -> None:
        self._all = site.tls_hosts
        # By name without port; those without a name of their own can have any.
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
        """The hosts with their certificates that everything in the log fits.

        ``None`` stands for the certificate of a host that has none.
        """
        for host in self._hosts(explanation):
            if explanation.host is not None and not _is_named(host, explanation.host):
                continue
            fitting = [c for c in host.certificates if _fits(explanation, host, c)]
            if not fitting and explanation.host is not None and len(host.certificates) == 1:
                # The certificate was renewed since.
                fitting = list(host.certificates)
            yield from ((host, certificate) for certificate in fitting)
            if not host.certificates and explanation.host is not None:
                yield host, None

    def _hosts(self, explanation: Explanation) -> list[Host]:
        """Those that may fit."""
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
    """What a log could tell of the certificate."""
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
    """Whether the log means the host.

    mod_ssl puts :443 behind a ServerName without a port whatever the address is, and the main
    server's name before the port of a host that has none (ssl_util_vhostid). A client names a host
    without a port.
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
    """Host, and port where the URL has one, as httpd's messages have them."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""
