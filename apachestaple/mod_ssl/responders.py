"""The OCSP responders of configurations and certificate files."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.mod_ssl.stapling_problem import StaplingProblemKind
from apachestaple.ocsp.responder import Need, Responder
from apachestaple.ocsp.uri import url_problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from apachestaple.certificates.pem import CertificateFile
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site

_PORTS = {"http": 80, "https": 443, "ldap": 389, "ldaps": 636}
_UNISSUED = (StaplingProblemKind.SELF_SIGNED, StaplingProblemKind.NO_ISSUER)
_ONLY_FIRST = "httpd uses only the first URI of a certificate"
_OFF = "SSLUseStapling is off"
_NOT_SET = "SSLUseStapling is not set"


def responders(*sites: Site, files: Sequence[CertificateFile] = ()) -> list[Responder]:
    """The responders of the TLS hosts and of the files, without repetitions, in order."""
    found: dict[str, Responder] = {}
    for url, need in _needs(sites, files):
        if url not in found:
            found[url] = _responder(url)
        found[url].needs.append(need)
    return list(found.values())


def certificate_path(certificate: HostCertificate) -> str:
    """The local path of a certificate; if it is not a file, the argument of the directive."""
    return certificate.file.path if certificate.file else certificate.name


def _needs(sites: Iterable[Site], files: Iterable[CertificateFile]) -> Iterator[tuple[str, Need]]:
    for site in sites:
        for host in site.tls_hosts:
            for number, certificate in enumerate(host.certificates):
                yield from _of_host(host, certificate, number)
    for file in files:
        for number, url in enumerate(file.leaf.ocsp_uris if file.leaf else ()):
            yield url, Need(file.path, refusal=_ONLY_FIRST if number else _problem(url))


def _of_host(host: Host, certificate: HostCertificate, number: int) -> Iterator[tuple[str, Need]]:
    """The URLs for a certificate of a host; httpd uses the first one."""
    path = certificate_path(certificate)
    # mod_md ignores SSLStaplingForceURL.
    forced = None if host.mod_md_staples else host.force_url
    uris = certificate.leaf.ocsp_uris if certificate.leaf else ()
    if forced:
        yield forced, _turned_to(host, number, path, forced)
    for position, url in enumerate(uris):
        if forced:
            yield url, Need(path, host.name, "SSLStaplingForceURL is used instead")
        elif position:
            yield url, Need(path, host.name, _ONLY_FIRST)
        else:
            yield url, _turned_to(host, number, path, url)


def _turned_to(host: Host, number: int, path: str, url: str) -> Need:
    if host.mod_md_staples:
        # mod_md uses curl, also for https (md_ocsp.c, next_todo), even if mod_ssl's stapling is
        # off, and has its own proxy setting.
        at_url = None if url.startswith("https://") else _problem(url)
        return Need(
            path, host.name, at_url or _unissued(host, number), proxy=_url(host, "MDHttpProxy")
        )
    refusal = _problem(url) or _unissued(host, number)
    proxy = _url(host, "SSLOCSPProxyURL")
    if refusal is None and not host.use_stapling:
        # `fix` turns stapling on for a host that does not set SSLUseStapling, but not for one with
        # off.
        waits = host.setting("SSLUseStapling") is None
        return Need(path, host.name, _NOT_SET if waits else _OFF, waits, proxy)
    return Need(path, host.name, refusal, proxy=proxy)


def _problem(url: str) -> str | None:
    at_url = url_problem(url)
    return f"it {at_url}" if at_url else None


def _unissued(host: Host, number: int) -> str | None:
    problem = host.stapling_problems[number]
    return problem.reason if problem and problem.kind in _UNISSUED else None


def _url(host: Host, name: str) -> str | None:
    directive = host.setting(name)
    return first_argument(directive) or None if directive else None


def _responder(url: str) -> Responder:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return Responder(url, url.partition(":")[0].lower(), "", None)
    return Responder(url, parts.scheme, parts.hostname or "", port or _PORTS.get(parts.scheme))
