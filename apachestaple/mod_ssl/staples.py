"""Predicts from configuration and certificates whether clients of a host get a staple."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.mod_ssl.cache import PROVIDERS, shmcb_layout
from apachestaple.mod_ssl.cache_servers import cache_servers
from apachestaple.mod_ssl.chain_file import weak_in_chain_file
from apachestaple.mod_ssl.managed import STAPLES_NO_OTHERS, mod_md_answers, obtains_certificate
from apachestaple.mod_ssl.other_tls import module_of, other_tls
from apachestaple.mod_ssl.vhosts import is_same
from apachestaple.ocsp.switched_off import switched_off
from apachestaple.ocsp.uri import proxy_problem, url_problem

if TYPE_CHECKING:
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.replies import Replies
    from apachestaple.mod_ssl.site import Site
    from apachestaple.mod_ssl.stapling_problem import StaplingProblem
    from apachestaple.mod_ssl.vhosts import Answer


# mod_md installs a self-signed certificate until then (md_add_fallback_cert_files).
_NOT_OBTAINED = (
    "mod_md obtains its certificate, which is not known here; until it has, the host answers 503 "
    "without a staple"
)


class Prospect(NamedTuple):
    """Whether a host staples; ``None`` if that is unknown. ``why`` is a short sentence."""

    staples: bool | None
    why: str


def prospect(host: Host, site: Site) -> Prospect:
    """Whether a client that connects a second time gets a staple, if the responders answer.

    Another host may answer the client. For a fragment, the cache is assumed to be set elsewhere,
    and no host is assumed to precede its own.
    """
    by_other = None if host.is_tls else other_tls(host)
    if by_other is not None:
        module = module_of(by_other)
        return Prospect(
            None, f"{module} provides its TLS, and stapling by {module} is not predicted"
        )
    if not host.takes_handshakes:
        return Prospect(False, f"SSLEngine {host.ssl_engine} gives no TLS to clients")
    if host.is_main or not site.configuration.whole:
        return _if_it_answers(host, site)
    answers = site.vhosts.answers(host)
    if all(is_same(answer.host, host) and answer.chain.has_tls for answer in answers):
        return _if_it_answers(host, site)
    found = {answer: _of_answer(answer, host, site) for answer in answers}
    if len({each.staples for each in found.values()}) == 1:
        return next(iter(found.values()))
    first, second = list(found.items())[:2]
    return Prospect(
        None,
        f"it depends on the address: at {first[0].chain.address} {first[1].why}, "
        f"at {second[0].chain.address} {second[1].why}",
    )


def _of_answer(answer: Answer, host: Host, site: Site) -> Prospect:
    """What a client gets on one of the addresses of a host."""
    chain, answering = answer
    if not chain.has_tls:
        return Prospect(
            False,
            f"{_place(chain.first)}, the first host of {chain.address}, has no TLS, so no client "
            "can connect with TLS",
        )
    if is_same(answering, host):
        return _if_it_answers(host, site)
    if not answering.takes_handshakes:
        return Prospect(None, f"{_place(answering)} answers clients instead, and has no TLS")
    found = _if_it_answers(answering, site)
    return Prospect(found.staples, f"{_place(answering)} answers clients instead, and {found.why}")


def _place(host: Host) -> str:
    """The name of a host and the line where it starts."""
    directive = host.directive
    if directive is None:
        return host.name
    return f"{host.name} ({os.path.basename(directive.file)}:{directive.line})"


def _if_it_answers(host: Host, site: Site) -> Prospect:
    """What a client gets that the host answers."""
    if host.md_stapling is None:
        return _in_fragment_with_mod_md(host, site)
    if not host.md_stapling and not host.use_stapling:
        if host.setting("SSLUseStapling") is not None:
            return Prospect(False, "SSLUseStapling is off" + _no_mod_md(host, site))
        if site.configuration.is_complete:
            return Prospect(False, "SSLUseStapling is not set" + _no_mod_md(host, site))
        known = _of_certificates(host, site)
        if known.staples is False:
            return known
        return Prospect(None, "SSLUseStapling is not set in this part of the configuration")
    weak = weak_in_chain_file(host, site)
    if weak is not None:
        reason = f"{weak[0].common_name} in SSLCertificateChainFile has {weak[1].text}"
        return Prospect(False, f"httpd aborts every handshake: {reason}")
    by_certificates = _of_certificates(host, site)
    # A problem of the host itself is more specific than one of the whole server.
    if not host.use_stapling or by_certificates.staples is False:
        return by_certificates
    problem = _cache_problem(site)
    return Prospect(False, problem) if problem else by_certificates


def _in_fragment_with_mod_md(host: Host, site: Site) -> Prospect:
    """MDStapling is on, but whether mod_md staples depends on what is set elsewhere."""
    if host.use_stapling:
        by_mod_ssl = _of_certificates(host, site)
        if by_mod_ssl.staples is not False:
            return by_mod_ssl
    return Prospect(
        None,
        "MDStapling is on, but MDStapleOthers and MDomain may be set in another part of the "
        "configuration",
    )


def _no_mod_md(host: Host, site: Site) -> str:
    """Why mod_md does not staple for a host, although MDStapling is on for it."""
    if not host.switched_on("MDStapling"):
        return ""
    if host.setting("MDStapleOthers") is None and site.configuration.version() == STAPLES_NO_OTHERS:
        return "; mod_md of httpd 2.4.66 staples only for hosts in an MDomain"
    return "; MDStapleOthers is off, and no MDomain has its name"


def _cache_problem(site: Site) -> str | None:
    """Why there would be no cache, and so no server."""
    cache = site.cache
    if cache is None:
        return "no SSLStaplingCache is set" if site.configuration.is_complete else None
    if cache.provider not in PROVIDERS:
        return f"there is no cache provider {cache.provider!r}"
    if cache.refusal:
        return f"httpd rejects the SSLStaplingCache: {cache.refusal}"
    if not site.configuration.may_have_module(PROVIDERS[cache.provider]):
        return f"the cache needs {PROVIDERS[cache.provider]}, which is not loaded"
    if cache.size is not None and not shmcb_layout(cache.size).starts:
        return f"httpd does not start with a cache of {cache.size} bytes"
    bad = next((server for server in cache_servers(cache) if server.log_id), None)
    if bad is not None:
        return f"httpd does not start with the cache server {bad.written}"
    return None


def _of_certificates(host: Host, site: Site) -> Prospect:
    """The first certificate that is not stapled decides, then the first that is not known.

    If only some are stapled, it depends on the kind of key that a client accepts.
    """
    served = {certificate.directive for certificate in host.served}
    found = [
        _of_certificate(host, certificate, problem, site)
        for certificate, problem in zip(host.certificates, host.stapling_problems, strict=True)
        if certificate.directive in served
    ]
    if obtains_certificate(host):
        found.append(Prospect(None, _NOT_OBTAINED))
    for staples in (False, None):
        first = next((each for each in found if each.staples is staples), None)
        if first is not None and staples is False and any(each.staples for each in found):
            return Prospect(
                None,
                f"it depends on the client: {first.why}; clients that are sent another certificate "
                "get a staple",
            )
        if first is not None:
            return first
    if not found:
        return Prospect(None, "no certificate is set for it")
    return Prospect(True, " and ".join(dict.fromkeys(each.why for each in found)))


def _of_certificate(
    host: Host, certificate: HostCertificate, problem: StaplingProblem | None, site: Site
) -> Prospect:
    if not certificate.is_readable:
        return Prospect(None, f"{certificate.name} was not read")
    if mod_md_answers(host, certificate) or (host.md_stapling and not host.use_stapling):
        return _by_mod_md(host, certificate, problem)
    found = site.replies(host, certificate)
    if found is not None:
        return _by_record(host, certificate, found, site)
    if problem is not None:
        return Prospect(False, _about(host, certificate, _reason(host, certificate, problem)))
    if certificate.issuer_found is None:
        return _unknown_issuer(certificate)
    return Prospect(True, f"mod_ssl staples the responses of {host.responder(certificate)}")


def _by_record(host: Host, certificate: HostCertificate, found: Replies, site: Site) -> Prospect:
    """The prospect if mod_ssl has a record of the leaf, made by this or another host."""
    record = site.find_record(certificate.leaf) if certificate.leaf else None
    if found.is_good:
        why = f"mod_ssl staples the responses of {host.responder(certificate)}"
        if record is not None and certificate.issuer_found is False:
            why += f"; {record.host.name} provides the issuer"
        return Prospect(True, why)
    reason = _reason(host, certificate, None)
    if found.is_good is None and found.fills is not None:
        why = f"{reason}; it staples only while {found.fills.name} keeps a response in the cache"
        return Prospect(None, _about(host, certificate, why))
    if found.is_good is None and found.spoils is not None:
        why = (
            f"{found.spoils.name} has the same certificate, and caches an error if a client "
            "connects to it first"
        )
        return Prospect(None, _about(host, certificate, why))
    return Prospect(False, _about(host, certificate, reason))


def _by_mod_md(
    host: Host, certificate: HostCertificate, problem: StaplingProblem | None
) -> Prospect:
    """mod_md queries the responder of the certificate and ignores SSLStaplingForceURL."""
    url = certificate.first_uri
    entry = switched_off(url) if url else None
    reason = None
    if entry:
        reason = f"{entry.authority} switched its responder off on {entry.since}"
    elif url is None:
        reason = "its certificate has no OCSP URI"
    elif url_problem(url) is not None:
        reason = f"its responder {url} {url_problem(url)}"
    elif certificate.issuer_found is False and not mod_md_answers(host, certificate):
        # It gets no issuer from the record of another host.
        reason = problem.reason if problem else "the issuer of its certificate is not in the chain"
    if reason:
        return Prospect(False, _about(host, certificate, reason))
    if certificate.issuer_found is None:
        return _unknown_issuer(certificate)
    return Prospect(True, f"mod_md staples the responses of {url}")


def _unknown_issuer(certificate: HostCertificate) -> Prospect:
    return Prospect(
        None, f"the files that may hold the issuer of {certificate.name} were not all read"
    )


def _reason(host: Host, certificate: HostCertificate, problem: StaplingProblem | None) -> str:
    """Why this host cannot get a good response for a certificate that was read."""
    url = host.responder(certificate)
    entry = switched_off(url) if url else None
    if entry:
        return f"{entry.authority} switched its responder off on {entry.since}"
    if problem is not None:
        return problem.reason
    if url is not None and url_problem(url) is None and host.has_wrong_issuer(certificate):
        record = host.lookups.record(certificate.leaf) if certificate.leaf else None
        name = record.host.name if record else host.name
        return f"{name} finds a certificate of the issuer's name with another key"
    if url is None:
        return "its certificate has no OCSP URI, and SSLStaplingForceURL is not set for it"
    if url_problem(url) is not None:
        return f"its responder {url} {url_problem(url)}"
    if host.seconds("SSLStaplingResponderTimeout") == 0:
        return "SSLStaplingResponderTimeout 0 makes every query fail"
    proxy = host.proxy
    if proxy and proxy_problem(proxy):
        return f"the proxy {proxy} {proxy_problem(proxy)}"
    return f"its responder {url} sends no usable response"


def _about(host: Host, certificate: HostCertificate, problem: str) -> str:
    """The sentence, with the name of the certificate if the host has several."""
    return problem if len(host.certificates) == 1 else f"{certificate.name}: {problem}"
