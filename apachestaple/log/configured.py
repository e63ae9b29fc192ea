"""What a log tells with the configuration beside it: host, certificate, and the line at fault."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from apachestaple.log.messages import CACHES
from apachestaple.log.responder_messages import RESPONDER
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.mod_ssl.responders import certificate_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.log.explained import Explanation
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site

_OF_CACHE = frozenset(message.log_id for message in CACHES) | {"AH01872", "AH01929", "AH01945"}
_OF_RESPONDER = frozenset(message.log_id for message in RESPONDER) | {"AH01941", "AH01944"}
_OF_KEY = frozenset({"AH02564", "AH02565"})
# Seconds from which on a handshake waits for long (AS406).
_LONG = 5
_OF_URI = frozenset({"AH01939", "AH01940", "AH01955"})


def with_configuration(explanations: Iterable[Explanation], site: Site) -> list[Explanation]:
    """The explanations, with what only the configuration tells."""
    return [
        _placed(explanation, site) if explanation.is_fault else explanation
        for explanation in explanations
    ]


def _placed(explanation: Explanation, site: Site) -> Explanation:
    log_id = explanation.log_id
    if log_id in _OF_CACHE:
        return _at(explanation, site.caches[-1] if site.caches else None)
    if log_id == "AH01958":
        return _at(explanation, _first_switch(site))
    pairs = list(_pairs(explanation, site))
    hosts = {host for host, _ in pairs}
    paths = {certificate_path(certificate) for _, certificate in pairs if certificate}
    if len(hosts) == 1:
        explanation = replace(explanation, host=pairs[0][0].name)
    if len(paths) == 1:
        explanation = replace(explanation, certificate=paths.pop())
    causes = [_caused(explanation, host, certificate) for host, certificate in pairs]
    # Many certificates may have the same responder; the first line is told where all have one rule.
    if len({cause.rule for cause in causes}) != 1:
        return explanation
    return causes[0] if log_id in _OF_RESPONDER | _OF_URI or len(hosts) == 1 else explanation


def _caused(
    explanation: Explanation, host: Host, certificate: HostCertificate | None
) -> Explanation:
    """The explanation, if it is this host and certificate that it is about."""
    if certificate is None:
        return _at(explanation, host.setting("SSLEngine"))
    if explanation.log_id in _OF_URI:
        return _of_uri(explanation, host, certificate)
    if explanation.log_id in _OF_RESPONDER:
        return _of_responder(explanation, host, certificate)
    max_age = host.setting("SSLStaplingResponseMaxAge")
    if explanation.log_id == "AH01936":
        rule = "AS407" if max_age else "AS417"
        return _at(replace(explanation, rule=rule), max_age or certificate.directive)
    if explanation.log_id in _OF_KEY:
        return _at(explanation, certificate.key_directive or certificate.directive)
    return _at(explanation, certificate.directive)


def _pairs(explanation: Explanation, site: Site) -> Iterator[tuple[Host, HostCertificate | None]]:
    """The hosts and certificates that everything in the log fits."""
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
    values, leaf = explanation.values, certificate.leaf
    serial, path = values.get("serial"), explanation.certificate or ""
    if serial:
        return leaf is not None and leaf.serial == int(serial, 16)
    if path.startswith("/") and not _is_same_file(path, certificate):
        return False
    url = host.responder(certificate) or ""
    if values.get("uri"):
        return host.staples and url == values["uri"]
    if values.get("responder") and values.get("what") != "proxy":
        return host.staples and _is_at(url, values["responder"])
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


def _of_uri(explanation: Explanation, host: Host, certificate: HostCertificate) -> Explanation:
    """The address of the responder is that of SSLStaplingForceURL or of the certificate."""
    if host.force_url:
        repair = "Give SSLStaplingForceURL an http:// URL, or remove it."
        rule = "AS106" if explanation.rule == "AS106" else "AS402"
        explanation = replace(explanation, rule=rule, repair=repair)
        return _at(explanation, host.setting("SSLStaplingForceURL"))
    repair = "Switch stapling off for this host, or set SSLStaplingForceURL to an http:// URL."
    explanation = replace(explanation, rule="AS401", repair=repair)
    return _at(explanation, certificate.directive)


def _of_responder(
    explanation: Explanation, host: Host, certificate: HostCertificate
) -> Explanation:
    """Why the responder is not reached; else two switches decide what clients get."""
    timeout = host.setting("SSLStaplingResponderTimeout")
    match explanation.rule:
        case "AS110" if timeout is not None:
            rule = "AS110" if first_argument(timeout).isdigit() else "AS105"
            return _at(replace(explanation, rule=rule), timeout)
        case "AS406" if timeout is not None and (host.seconds(timeout.name) or 0) > _LONG:
            return _at(explanation, timeout)
        case "AS404":
            return _at(explanation, host.setting("SSLOCSPProxyURL"))
        case "AS406" | "AS502" | "AS503":
            return _of_switches(explanation, host)
    return _at(explanation, certificate.directive)


def _of_switches(explanation: Explanation, host: Host) -> Explanation:
    """What clients get when the responder fails."""
    switch = host.setting("SSLStaplingReturnResponderErrors") or host.setting("SSLUseStapling")
    said = explanation.meaning.partition("; ")[0]
    if host.flag("SSLStaplingReturnResponderErrors"):
        rule, meaning = "AS503", f"{said}; clients get tryLater as a staple"
    elif host.fakes_try_later:
        rule, meaning = "AS502", f"{said}; clients still get tryLater as a staple"
    else:
        rule, meaning = None, f"{said}; clients get no staple, and it is asked at every handshake"
    return _at(replace(explanation, rule=rule, meaning=meaning), switch)


def _first_switch(site: Site) -> Directive | None:
    switches = (host.setting("SSLUseStapling") for host in site.stapling_hosts)
    return next(filter(None, switches), None)


def _at(explanation: Explanation, directive: Directive | None) -> Explanation:
    return replace(explanation, place=directive.place) if directive else explanation
