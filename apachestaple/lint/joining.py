"""Joins findings about the same problem into one finding that lists every host."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from apachestaple.httpd.configuration import Directive

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


def same_problem(finding: Finding) -> Hashable:
    """A key that is equal for findings of the same rule about the same subject."""
    return finding.code, finding.subject.identity


def in_hosts(findings: Iterable[Finding], site: Site) -> Iterator[Finding]:
    """Set the configuration of findings, and for a directive the virtual host that contains it."""
    main_file = site.configuration.main_file
    for finding in findings:
        hosts, thing = finding.hosts, finding.subject.thing
        if not hosts and isinstance(thing, Directive):
            host = site.host_of(thing)
            hosts = (host,) if host is not None else ()
        yield replace(finding, hosts=hosts, configuration=main_file)


def joined(findings: Iterable[Finding]) -> list[Finding]:
    """Join findings with the same rule, subject, effect and remedy; the order is kept."""
    groups: dict[Hashable, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(_key(finding), []).append(finding)
    return [group[0] if len(group) == 1 else _one(group) for group in groups.values()]


def _key(finding: Finding) -> Hashable:
    return (
        finding.code,
        finding.subject.identity,
        finding.variant,
        finding.severity,
        finding.confidence,
        finding.effect,
        finding.remedy,
    )


def _one(group: Sequence[Finding]) -> Finding:
    first = group[0]
    hosts = dict.fromkeys(host for finding in group for host in finding.hosts)
    certificates = {finding.certificate_path for finding in group}
    remedies = [finding.remedy for finding in group if finding.remedy is not None]
    return replace(
        first,
        hosts=tuple(hosts),
        certificate=first.certificate if len(certificates) == 1 else None,
        remedy=remedies[0].merged(remedies[1:]) if remedies else None,
    )
