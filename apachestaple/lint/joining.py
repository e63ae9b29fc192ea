"""Joins findings about the same problem into one finding that lists every host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.configuration import Directive

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding, HostPlace


def same_problem(finding: Finding) -> Hashable:
    """A key that is equal for findings of the same rule about the same subject."""
    return finding.code, finding.subject.identity


def in_hosts(findings: Iterable[Finding], site: Site) -> Iterator[Finding]:
    """Set the configuration of findings, and for a directive the virtual host that contains it."""
    name = site.configuration.name
    for finding in findings:
        hosts, thing = finding.hosts, finding.subject.thing
        if not hosts and isinstance(thing, Directive):
            host = site.host_of(thing)
            hosts = (host,) if host is not None else ()
        yield finding._replace(hosts=hosts, configuration=name)


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
    certificates = {finding.certificate_path for finding in group}
    remedies = [finding.remedy for finding in group if finding.remedy is not None]
    return first._replace(
        hosts=_hosts(group),
        facts=first.rule.joined_facts([finding.facts for finding in group]),
        certificate=first.certificate if len(certificates) == 1 else None,
        remedy=remedies[0].merged(remedies[1:]) if remedies else None,
    )


def _hosts(group: Sequence[Finding]) -> tuple[Host, ...]:
    """Each host once; several configurations may include its file."""
    if len({finding.configuration for finding in group}) == 1:
        return tuple(dict.fromkeys(host for finding in group for host in finding.hosts))
    places: dict[HostPlace, Host] = {}
    for finding in group:
        for host in finding.hosts:
            places.setdefault(finding.host_place(host), host)
    return tuple(places.values())
