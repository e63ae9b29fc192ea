"""Plans the issuer and the responder's URL for hosts without them, taken from other hosts."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from apachestaple.fix.editing.place import (
    NoPlaceError,
    from_variable,
    in_host,
    is_editable,
    last_in_host,
    real_file,
    replace,
    uses_variable,
)
from apachestaple.fix.editing.render import CertificateFile, ChainFile, ForceUrl
from apachestaple.fix.steps.plan import Plan
from apachestaple.fix.steps.removal import lines_removed
from apachestaple.mod_ssl.aborting import aborted_by_record
from apachestaple.rules.remedy import ProvideCertificate, ProvideChain, ProvideUrl, UseOwnChain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from apachestaple.fix.editing.edit import Edit
    from apachestaple.fix.editing.render import Renderer
    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.remedy import Remedy

# Texts that httpd reads as one word without quotes, and with quotes. A URL may come from a
# certificate, so only harmless characters are allowed in it.
_PLAIN = re.compile(r"[^\s\"'\\\x00-\x1f\x7f-\x9f$%#]+")
_QUOTABLE = re.compile(r"[^\"\\\x00-\x1f\x7f-\x9f$%]+")
_URL = re.compile(r"http://[A-Za-z0-9._~:/?@!&()*+,;=\[\]-]+")

_Line = tuple[tuple[str, ...], str]


def plan_chains(site: Site, remedies: Sequence[Remedy], renderer: Renderer) -> Plan:
    """Write SSLCertificateChainFile for hosts that do not find the issuer of their certificate."""
    wanted: dict[Host, _Line] = {}
    refused = []
    for remedy in remedies:
        if not isinstance(remedy, ProvideChain):
            continue
        quote = _quote(remedy.path)
        if quote is None:
            refused.append(_unwritable(remedy.path))
            continue
        lines = renderer.lines(ChainFile(remedy.path, quote))
        for host in remedy.hosts:
            reason = f"SSLCertificateChainFile for {host.name}: {remedy.reason}"
            wanted.setdefault(host, (lines, reason))
    planned, unplaced = _edits(site, "sslcertificatechainfile", wanted, renderer)
    refused += unplaced
    hosts = _not_aborting(site, planned, refused)
    return _plan((edit for host in hosts for edit in planned[host]), refused)


def _not_aborting(site: Site, hosts: Iterable[Host], refused: list[str]) -> list[Host]:
    """The hosts that can be given a chain; others with their certificate may need a URL first."""
    kept = []
    for host in hosts:
        aborted = next(_aborted_by_chain(site, host), None)
        if aborted is None:
            kept.append(host)
        else:
            refused.append(_refusal("the chain", host, aborted))
    return kept


def _aborted_by_chain(site: Site, host: Host) -> Iterator[Host]:
    """Other hosts with a certificate of which ``host`` would make the record with its chain."""
    if host.staples:
        for certificate in host.served:
            if certificate.first_uri is not None or host.force_url is not None:
                yield from aborted_by_record(site, host, certificate)


def plan_own_chains(site: Site, remedies: Sequence[Remedy], renderer: Renderer) -> Plan:
    """Have httpd use the chain that is in a certificate file.

    SSLCertificateChainFile is removed where it hides the chain, and SSLCertificateFile is changed
    to a file with the same certificate and its chain.
    """
    removed: dict[Directive, str] = {}
    edits: list[Edit] = []
    refused: list[str] = []
    for remedy in remedies:
        if isinstance(remedy, UseOwnChain):
            for host in _not_aborting(site, remedy.hosts, refused):
                directive = host.setting("SSLCertificateChainFile")
                if directive is not None and uses_variable(directive):
                    refused.append(from_variable(directive))
                elif directive is not None:
                    reason = f"SSLCertificateChainFile removed for {host.name}: {remedy.reason}"
                    removed[directive] = reason
        elif isinstance(remedy, ProvideCertificate):
            hosts = _not_aborting(site, remedy.hosts, refused)
            edits += _complete_files(remedy, hosts, renderer, refused)
    return _plan([*edits, *lines_removed(removed.items())], refused)


def _complete_files(
    remedy: ProvideCertificate, hosts: Iterable[Host], renderer: Renderer, refused: list[str]
) -> Iterator[Edit]:
    quote = _quote(remedy.path)
    if quote is None:
        refused.append(_unwritable(remedy.path))
        return
    lines = renderer.lines(CertificateFile(remedy.path, quote))
    for host in hosts:
        for certificate in host.served:
            if certificate.name != remedy.old:
                continue
            if uses_variable(certificate.directive):
                refused.append(from_variable(certificate.directive))
            else:
                reason = f"SSLCertificateFile for {host.name}: {remedy.reason}"
                yield replace(certificate.directive, lines, reason)


def plan_urls(site: Site, remedies: Sequence[Remedy], renderer: Renderer) -> Plan:
    """Write SSLStaplingForceURL for hosts whose certificate has no usable OCSP URI.

    No host is given a URL if mod_ssl would then abort the handshakes of others with the same
    certificate, which have none and are not given one.
    """
    wanted: dict[Host, _Line] = {}
    refused = []
    for remedy in remedies:
        if not isinstance(remedy, ProvideUrl):
            continue
        if not _URL.fullmatch(remedy.url):
            refused.append(_unwritable(remedy.url))
            continue
        lines = renderer.lines(ForceUrl(remedy.url))
        for host in remedy.hosts:
            reason = f"SSLStaplingForceURL for {host.name}: {remedy.reason}"
            wanted.setdefault(host, (lines, reason))
    planned, unplaced = _edits(site, "sslstaplingforceurl", wanted, renderer)
    refused += unplaced
    while aborted := {
        host: other for host in planned for other in _aborted_by_url(site, host, planned)
    }:
        for host, other in aborted.items():
            refused.append(_refusal("SSLStaplingForceURL", host, other))
            del planned[host]
    return _plan([edit for edits in planned.values() for edit in edits], refused)


def _aborted_by_url(site: Site, host: Host, given: Mapping[Host, Sequence[Edit]]) -> Iterator[Host]:
    """Other hosts with a certificate of which ``host`` would make the record with its URL."""
    if not host.staples:
        return
    for certificate in host.served:
        if certificate.issuer_found:
            for other in aborted_by_record(site, host, certificate):
                edits = given.get(other, ())
                if not edits or not all(_is_possible(site, edit) for edit in edits):
                    yield other


def _is_possible(site: Site, edit: Edit) -> bool:
    return site.configuration.paths.edit_refusal(edit.file) is None


def _refusal(name: str, host: Host, other: Host) -> str:
    return (
        f"{name} was not set for {host.name}, because httpd would then abort the handshakes of "
        f"{other.name}, which has the same certificate and no URL of a responder"
    )


def _unwritable(value: str) -> str:
    return f"{value!r} cannot be written as an argument of a directive"


def _plan(edits: Iterable[Edit], refused: Iterable[str]) -> Plan:
    """Each line once."""
    once: dict[tuple[str, int, str], Edit] = {}
    for edit in edits:
        once.setdefault((edit.file, edit.line, edit.where), edit)
    return Plan(tuple(once.values()), tuple(dict.fromkeys(refused)))


def _quote(path: str) -> str | None:
    """The quote that a path needs, or ``""``; ``None`` if it cannot be written."""
    if _PLAIN.fullmatch(path):
        return ""
    return '"' if _QUOTABLE.fullmatch(path) else None


def _edits(
    site: Site, key: str, wanted: Mapping[Host, _Line], renderer: Renderer
) -> tuple[dict[Host, tuple[Edit, ...]], list[str]]:
    """The edits that set one directive, for each host, and the refusals."""
    if not wanted:
        return {}, []
    users = _sections_by_line(site, key)
    by_section: dict[tuple[str, int], list[Host]] = defaultdict(list)
    for host in site.tls_hosts:
        if host.section is not None:
            by_section[_place(host.section)].append(host)
    edits: dict[Host, tuple[Edit, ...]] = {}
    refused: list[str] = []
    for host, line in wanted.items():
        section = host.section
        sharing = by_section[_place(section)] if section is not None else [host]
        if len({wanted.get(each, ((), ""))[0] for each in sharing}) > 1:
            place = f"{section.file} line {section.line}" if section else "the main server"
            names = ", ".join(sorted({each.name for each in sharing}))
            refused.append(
                f"{place} was not changed: it is for {names}, which need different settings"
            )
            continue
        own = host.own.get(key)
        if own is not None and uses_variable(own):
            refused.append(from_variable(own))
            continue
        try:
            edits[host] = _changes(site, host, own, users, line, renderer)
        except NoPlaceError as error:
            refused.append(str(error))
    return edits, refused


def _changes(
    site: Site,
    host: Host,
    own: Directive | None,
    users: dict[tuple[str, int], set[tuple[str, int]]],
    line: _Line,
    renderer: Renderer,
) -> tuple[Edit, ...]:
    """The edits for one host."""
    if own is None:
        return in_host(site, host, renderer, *line)
    is_shared = len(users[_place(own)]) > 1 or not is_editable(site, own)
    if host.section is not None and is_shared:
        # Other sections use the same line, so this host gets a later line of its own.
        return (last_in_host(host.section, *line),)
    return (replace(own, *line),)


def _sections_by_line(site: Site, key: str) -> dict[tuple[str, int], set[tuple[str, int]]]:
    """For each line that sets a directive, the sections that contain or include it."""
    users: dict[tuple[str, int], set[tuple[str, int]]] = defaultdict(set)
    for host in site.hosts:
        own = host.own.get(key)
        if own is not None:
            users[_place(own)].add(_place(host.section) if host.section else ("", 0))
    return users


def _place(directive: Directive) -> tuple[str, int]:
    return real_file(directive), directive.line
