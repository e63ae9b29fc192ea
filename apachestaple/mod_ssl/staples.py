"""Whether clients of a host get a staple, as far as the configuration and certificates tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apachestaple.mod_ssl.cache import PROVIDERS, shmcb_layout
from apachestaple.ocsp.switched_off import switched_off
from apachestaple.ocsp.uri import url_problem

if TYPE_CHECKING:
    from apachestaple.mod_ssl.hosts import Host, HostCertificate, StaplingProblem
    from apachestaple.mod_ssl.site import Site


@dataclass(frozen=True, slots=True)
class Prospect:
    """Whether a host staples; ``None`` where it cannot be told. ``why`` is a short sentence."""

    staples: bool | None
    why: str


def prospect(host: Host, site: Site) -> Prospect:
    """Whether a host staples, provided that its responders answer.

    Of a fragment, the cache is taken to be set elsewhere.
    """
    if not host.mod_md_staples and not host.use_stapling:
        if host.setting("SSLUseStapling") is not None:
            return Prospect(False, "SSLUseStapling is off")
        if site.configuration.whole:
            return Prospect(False, "SSLUseStapling is not set")
        known = _of_certificates(host)
        if known.staples is False:
            return known
        return Prospect(None, "SSLUseStapling is not set in this part of the configuration")
    by_certificates = _of_certificates(host)
    # A problem of the host itself says more than one of the whole server.
    if host.mod_md_staples or by_certificates.staples is False:
        return by_certificates
    of_cache = _cache_problem(site)
    if of_cache is None and host.seconds("SSLStaplingResponderTimeout") == 0:
        of_cache = "SSLStaplingResponderTimeout 0 makes every query fail"
    return Prospect(False, of_cache) if of_cache else by_certificates


def _cache_problem(site: Site) -> str | None:
    """Why there would be no cache, and so no server."""
    cache = site.cache
    if cache is None:
        return "no SSLStaplingCache is set" if site.configuration.whole else None
    if cache.provider not in PROVIDERS:
        return f"httpd knows no cache provider {cache.provider!r}"
    if cache.refusal:
        return f"httpd rejects the SSLStaplingCache: {cache.refusal}"
    if not site.configuration.may_have_module(PROVIDERS[cache.provider]):
        return f"the cache needs {PROVIDERS[cache.provider]}, which is not loaded"
    if cache.size is not None and not shmcb_layout(cache.size).starts:
        return f"httpd does not start with a cache of {cache.size} bytes"
    return None


def _of_certificates(host: Host) -> Prospect:
    if not host.certificates:
        return Prospect(None, "no certificate is named for it here")
    for certificate, problem in zip(host.certificates, host.stapling_problems, strict=True):
        reason = _reason(host, certificate, problem) if certificate.is_readable else None
        if reason:
            return Prospect(False, _about(host, certificate, reason))
    for certificate in host.certificates:
        if not certificate.is_readable:
            return Prospect(None, f"{certificate.name} was not read")
        if certificate.issuer_found is None:
            return Prospect(
                None, f"the files that may hold the issuer of {certificate.name} were not all read"
            )
    responders = dict.fromkeys(_responder(host, certificate) for certificate in host.certificates)
    staples = "mod_md staples" if host.mod_md_staples else "mod_ssl staples"
    return Prospect(True, f"{staples} what {' and '.join(filter(None, responders))} answers")


def _reason(
    host: Host, certificate: HostCertificate, problem: StaplingProblem | None
) -> str | None:
    """Why a certificate that was read is not stapled, or ``None``."""
    url = _responder(host, certificate)
    entry = switched_off(url) if url else None
    if entry:
        return f"{entry.authority} switched its responder off on {entry.since}"
    if host.mod_md_staples and host.force_url is not None:
        # mod_md does not know SSLStaplingForceURL.
        if url is None:
            return "its certificate has no OCSP URI"
        of_cache = url_problem(url)
        if of_cache is not None:
            return f"its responder {url} {of_cache}"
        if certificate.issuer_found is not False:
            return None
    return problem.reason if problem else None


def _responder(host: Host, certificate: HostCertificate) -> str | None:
    return certificate.first_uri if host.mod_md_staples else host.responder(certificate)


def _about(host: Host, certificate: HostCertificate, problem: str) -> str:
    """The sentence, naming the certificate where the host has several."""
    return problem if len(host.certificates) == 1 else f"{certificate.name}: {problem}"
