"""The OCSP responders that a server must reach."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.tls.hosts import Host, HostCertificate
    from apachestaple.tls.site import Site

_PORTS = {"http": 80, "https": 443, "ldap": 389, "ldaps": 636}


@dataclass
class Responder:
    """A responder.

    Attributes:
        url: as it stands in the certificate or in SSLStaplingForceURL.
        scheme, host, port: of the URL; the port is that of the scheme where none is given, and
            ``None`` where neither is known.
        used: whether httpd turns to it. The further URIs of a certificate, its first one where
            SSLStaplingForceURL takes its place, and those of hosts without stapling are not used.
        certificates: paths of the certificates that it answers for.
        hosts: names of the hosts that have them.
        proxies: what SSLOCSPProxyURL puts in between, for the hosts that use it.

    """

    url: str
    scheme: str
    host: str
    port: int | None
    used: bool = False
    certificates: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    proxies: list[str] = field(default_factory=list)


def responders(site: Site) -> list[Responder]:
    """Every responder of the TLS hosts, once each, in the order of the configuration."""
    found: dict[str, Responder] = {}
    for host in site.tls_hosts:
        proxy = host.setting("SSLOCSPProxyURL")
        for certificate in host.certificates:
            path = certificate_path(certificate)
            for url, used in _urls(host, certificate):
                responder = found.get(url)
                if responder is None:
                    responder = found[url] = _responder(url)
                responder.used = responder.used or used
                _add(responder.certificates, path)
                _add(responder.hosts, host.name)
                if used and proxy is not None:
                    _add(responder.proxies, " ".join(proxy.arguments))
    return list(found.values())


def certificate_path(certificate: HostCertificate) -> str:
    """Where a certificate is here; what stands in the directive where that is not a file."""
    return certificate.file.path if certificate.file else certificate.name


def _urls(host: Host, certificate: HostCertificate) -> Iterator[tuple[str, bool]]:
    """The URLs for a certificate, and whether each is used."""
    staples = host.use_stapling or host.mod_md_staples
    # mod_md does not know SSLStaplingForceURL.
    forced = None if host.mod_md_staples else host.force_url
    if forced:
        yield forced, staples
    uris = certificate.leaf.ocsp_uris if certificate.leaf else ()
    for number, uri in enumerate(uris):
        yield uri, staples and not forced and number == 0


def _responder(url: str) -> Responder:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return Responder(url, url.partition(":")[0].lower(), "", None)
    return Responder(url, parts.scheme, parts.hostname or "", port or _PORTS.get(parts.scheme))


def _add(words: list[str], word: str) -> None:
    if word not in words:
        words.append(word)
