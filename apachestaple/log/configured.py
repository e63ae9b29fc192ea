"""Completes explanations from the configuration: host, certificate, rule and place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from apachestaple.log import variants
from apachestaple.log.cause import OF_CACHE, OF_RESPONDER
from apachestaple.log.matching import Matching
from apachestaple.log.server_messages import BEGINS_RELOAD, CRASHES
from apachestaple.mod_ssl.cache import SERVER_LISTS
from apachestaple.mod_ssl.hosts import TLS13_CIPHERS
from apachestaple.mod_ssl.responders import certificate_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apachestaple.httpd.configuration import Directive
    from apachestaple.log.diagnosis import Variant
    from apachestaple.log.explanation import Explanation
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site

_OF_CACHE = OF_CACHE | {"AH01872", "AH01929", "AH01945"}
_OF_RESPONDER = OF_RESPONDER | {"AH01941", "AH01944"}
_OF_KEY = frozenset({"AH02564", "AH02565"})
# The directive that a message without a path is about.
_OF_SETTING = {
    "AH01895": "SSLCACertificateFile",
    "AH01896": "SSLCACertificatePath",
    "AH01901": "SSLCARevocationFile",
    "AH01903": "SSLCertificateChainFile",
    "AH02231": "SSLProtocol",
    "AH01898": "SSLCipherSuite",
    "AH10127": TLS13_CIPHERS,
    "AH10510": "SSLEngine",
    "AH01899": "SSLCARevocationCheck",
}
_NOT_STORED = frozenset({"AH01929", "AH01945"})
# Why a cache does not store a response, by its provider.
_STORES = {"dbm": variants.DBM_TOO_SMALL, **dict.fromkeys(SERVER_LISTS, variants.SERVER_MISSING)}
_AT_START = frozenset({"AH02217", "AH02218", "AH02814"})
# Diagnoses at the start, where no other host has the certificate.
_ALONE = {"AS304": variants.NO_RESPONDER, "AS305": variants.NO_ISSUER}
_OF_URI = frozenset({"AH01939", "AH01940", "AH01955"})
_OF_DOMAIN = frozenset({"AH10038", "AH10170", "AH10171"})
# Seconds. A longer timeout stalls handshakes (AS406).
_LONG = 5


def with_configuration(explanations: Iterable[Explanation], site: Site) -> list[Explanation]:
    """The explanations, completed from the configuration.

    Crashes that stapling does not cause with this configuration are left out.
    """
    matching = Matching(site)
    return [
        _placed(explanation, site, matching) if explanation.is_problem else explanation
        for explanation in explanations
        if _is_possible(explanation, site)
    ]


def _is_possible(explanation: Explanation, site: Site) -> bool:
    if explanation.log_id in BEGINS_RELOAD:
        return site.cache is None
    return explanation.log_id not in CRASHES or _has_cache_with_mutex(site)


def _has_cache_with_mutex(site: Site) -> bool:
    """Whether hosts staple through a cache for which httpd needs a mutex."""
    cache = site.cache
    return bool(site.stapling_hosts) and cache is not None and cache.provider not in SERVER_LISTS


def _placed(explanation: Explanation, site: Site, matching: Matching) -> Explanation:
    log_id = explanation.log_id
    if log_id in _OF_CACHE | CRASHES:
        cache = site.cache
        if log_id in _NOT_STORED and cache is not None and cache.provider in _STORES:
            explanation = _as(explanation, _STORES[cache.provider])
        return _at(explanation, site.caches[-1] if site.caches else None)
    if log_id in _OF_SETTING:
        return _at(explanation, _only_setting(site, _OF_SETTING[log_id]))
    if log_id == "AH02407":
        return _at(explanation, _conf_command(site, explanation))
    if log_id == "AH01958":
        return _at(explanation, _first_switch(site))
    if log_id in _OF_DOMAIN:
        return _at(explanation, _in_domain(explanation, site))
    pairs = list(matching.pairs(explanation))
    hosts = {host for host, _ in pairs}
    paths = {certificate_path(certificate) for _, certificate in pairs if certificate}
    if len(hosts) == 1:
        explanation = replace(explanation, host=pairs[0][0].name)
    if len(paths) == 1:
        explanation = replace(explanation, certificate=paths.pop())
    causes = [_caused(explanation, host, certificate) for host, certificate in pairs]
    # Many certificates may have the same responder. The first line is shown if all have one rule.
    if len({cause.rule for cause in causes}) != 1:
        return explanation
    return causes[0] if log_id in _OF_RESPONDER | _OF_URI or len(hosts) == 1 else explanation


def _caused(
    explanation: Explanation, host: Host, certificate: HostCertificate | None
) -> Explanation:
    """The explanation, on the assumption that this host and certificate cause it."""
    if certificate is None:
        return _at(explanation, host.setting("SSLEngine"))
    if explanation.log_id in _OF_URI:
        return _of_uri(explanation, host, certificate)
    if explanation.log_id in _OF_RESPONDER:
        return _of_responder(explanation, host, certificate)
    if explanation.log_id == "AH01936":
        max_age = host.setting("SSLStaplingResponseMaxAge")
        rule = "AS407" if max_age else "AS417"
        return _at(_with_rule(explanation, rule), max_age or certificate.directive)
    if explanation.log_id == "AH02969" and host.has_wrong_issuer(certificate):
        explanation = _as(explanation, variants.WRONG_ISSUER)
    if explanation.log_id in _AT_START:
        return _at(_of_record(explanation, host, certificate), certificate.directive)
    if explanation.log_id in _OF_KEY:
        return _at(explanation, certificate.key_directive or certificate.directive)
    return _at(explanation, certificate.directive)


def _of_record(explanation: Explanation, host: Host, certificate: HostCertificate) -> Explanation:
    """With what clients get if another host with the certificate provides what this one lacks."""
    if certificate.leaf is None or host.lookups.record(certificate.leaf) is None:
        alone = _ALONE.get(explanation.rule or "")
        return _as(explanation, alone) if alone else explanation
    if host.responder(certificate) is None:
        return _as(explanation, variants.RESPONDER_BY_ANOTHER)
    return _as(explanation, variants.ISSUER_BY_ANOTHER)


def _of_uri(explanation: Explanation, host: Host, certificate: HostCertificate) -> Explanation:
    """With the place of the responder's URL: SSLStaplingForceURL or the certificate."""
    if not host.force_url:
        return _at(_as(explanation, variants.CERTIFICATE_URI), certificate.directive)
    if explanation.rule != "AS106":
        explanation = _as(explanation, variants.FORCE_URL)
    return _at(explanation, host.setting("SSLStaplingForceURL"))


def _of_responder(
    explanation: Explanation, host: Host, certificate: HostCertificate
) -> Explanation:
    """With the directive because of which the responder cannot be reached.

    If there is none, two directives decide what clients get.
    """
    timeout = host.setting("SSLStaplingResponderTimeout")
    match explanation.rule:
        case "AS110" if timeout is not None:
            return _at(explanation, timeout)
        case "AS406" if timeout is not None and (host.seconds(timeout.name) or 0) > _LONG:
            return _at(explanation, timeout)
        case "AS404":
            return _at(explanation, host.setting("SSLOCSPProxyURL"))
        case "AS406" | "AS502" | "AS503":
            return _of_switches(explanation, host)
    return _at(explanation, certificate.directive)


def _of_switches(explanation: Explanation, host: Host) -> Explanation:
    """With what clients get if the responder fails."""
    switch = host.setting("SSLStaplingReturnResponderErrors") or host.setting("SSLUseStapling")
    if host.flag("SSLStaplingReturnResponderErrors"):
        variant = variants.RETURNS_ERRORS
    elif host.fakes_try_later:
        variant = variants.FAKES_TRY_LATER
    else:
        variant = variants.NO_ERROR_STAPLED
    return _at(_as(explanation, variant), switch)


def _conf_command(site: Site, explanation: Explanation) -> Directive | None:
    """The first SSLOpenSSLConfCmd with the command and the value of a message."""
    facts = explanation.diagnosis.facts
    for directive in site.ssl_directives.all:
        if directive.key == "sslopensslconfcmd" and len(directive.arguments) == 2:
            command, value = directive.arguments
            # httpd has made a path absolute.
            values = (value, site.configuration.here(value))
            if command == facts.get("command") and facts.get("value") in values:
                return directive
    return None


def _only_setting(site: Site, name: str) -> Directive | None:
    """The directive that is in force for TLS hosts, unless there are several."""
    directives = {host.setting(name) for host in site.listed_hosts} - {None}
    return directives.pop() if len(directives) == 1 else None


def _first_switch(site: Site) -> Directive | None:
    switches = (host.setting("SSLUseStapling") for host in site.stapling_hosts)
    return next(filter(None, switches), None)


def _in_domain(explanation: Explanation, site: Site) -> Directive | None:
    """The definition of the managed domain that is logged, or its files."""
    name = explanation.diagnosis.facts.get("name", "").lower()
    domain = next((d for d in reversed(site.managed_domains) if name in d.names), None)
    if domain is None or explanation.log_id == "AH10038":
        return domain.directive if domain else None
    return next(iter((*domain.certificates, *domain.keys)), None)


def _as(explanation: Explanation, variant: Variant) -> Explanation:
    return replace(explanation, diagnosis=variant.of(explanation.diagnosis))


def _with_rule(explanation: Explanation, rule: str) -> Explanation:
    return replace(explanation, diagnosis=replace(explanation.diagnosis, rule=rule))


def _at(explanation: Explanation, directive: Directive | None) -> Explanation:
    return replace(explanation, place=directive.place) if directive else explanation
