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
from apachestaple.fix.editing.render import ChainFile, ForceUrl
from apachestaple.fix.steps.plan import Plan
from apachestaple.rules.remedy import ProvideChain, ProvideUrl

if TYPE_CHECKING:
    from collections.abc import Sequence

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
            refused.append(f"{remedy.path!r} cannot be written as an argument of a directive")
            continue
        lines = renderer.lines(ChainFile(remedy.path, quote))
        for host in remedy.hosts:
            reason = f"SSLCertificateChainFile for {host.name}: {remedy.reason}"
            wanted.setdefault(host, (lines, reason))
    return _planned(site, "sslcertificatechainfile", wanted, renderer, refused)


def plan_urls(site: Site, remedies: Sequence[Remedy], renderer: Renderer) -> Plan:
    """Write SSLStaplingForceURL for hosts whose certificate has no usable OCSP URI."""
    wanted: dict[Host, _Line] = {}
    refused = []
    for remedy in remedies:
        if not isinstance(remedy, ProvideUrl):
            continue
        if not _URL.fullmatch(remedy.url):
            refused.append(f"{remedy.url!r} cannot be written as an argument of a directive")
            continue
        lines = renderer.lines(ForceUrl(remedy.url))
        for host in remedy.hosts:
            reason = f"SSLStaplingForceURL for {host.name}: {remedy.reason}"
            wanted.setdefault(host, (lines, reason))
    return _planned(site, "sslstaplingforceurl", wanted, renderer, refused)


def _quote(path: str) -> str | None:
    """The quote that a path needs, or ``""``; ``None`` if it cannot be written."""
    if _PLAIN.fullmatch(path):
        return ""
    return '"' if _QUOTABLE.fullmatch(path) else None


def _planned(
    site: Site, key: str, wanted: dict[Host, _Line], renderer: Renderer, refused: list[str]
) -> Plan:
    """The edits that set one directive for hosts; each line once."""
    if not wanted:
        return Plan((), tuple(dict.fromkeys(refused)))
    users = _sections_by_line(site, key)
    by_section: dict[tuple[str, int], list[Host]] = defaultdict(list)
    for host in site.tls_hosts:
        if host.section is not None:
            by_section[_place(host.section)].append(host)
    edits: dict[tuple[str, int, str], Edit] = {}
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
            changes = _changes(site, host, own, users, line, renderer)
        except NoPlaceError as error:
            refused.append(str(error))
            continue
        for edit in changes:
            edits.setdefault((edit.file, edit.line, edit.where), edit)
    return Plan(tuple(edits.values()), tuple(dict.fromkeys(refused)))


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
