"""The numbers of a report."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apachestaple.fleet.groups import (
    PERIODS,
    Groups,
    authorities,
    earliest_end,
    reason,
    responders,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apachestaple.fleet.comparing import Change
    from apachestaple.fleet.document import Finding, Host
    from apachestaple.fleet.groups import Calendar, Group
    from apachestaple.fleet.merging import Server

_SEVERITIES = ("error", "warning", "info")


@dataclass(slots=True)
class RuleCount:
    """The findings of a rule; ``hosts`` counts a host once for each finding about it."""

    rule: str
    name: str
    severity: str
    effect: str
    findings: int = 0
    hosts: int = 0
    servers: int = 0
    fixable: int = 0
    new: int = 0
    gone: int = 0
    _last: str | None = None

    def add(self, finding: Finding, server: str, *, is_new: bool) -> None:
        """Count a finding; those of a server follow one another."""
        self.findings += 1
        self.hosts += len(finding.hosts)
        self.fixable += finding.fix is not None
        self.new += is_new
        self.severity = min(self.severity, finding.severity, key=_SEVERITIES.index)
        if self._last != server:
            self._last = server
            self.servers += 1


@dataclass(slots=True)
class Numbers:
    """The numbers of a server, or of all."""

    hosts: int = 0
    staples: int = 0
    unstapled: int = 0
    unknown: int = 0
    certificates: int = 0
    errors: int = 0
    warnings: int = 0
    infos: int = 0
    fixable: int = 0
    new: int = 0
    gone: int = 0

    def add(self, other: Numbers) -> None:
        """Add the numbers of a server."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass
class Totals:
    """The numbers of all servers, by rule, and of hosts by what they have in common."""

    calendar: Calendar
    reported: int = 0
    failed: int = 0
    files: int = 0
    numbers: Numbers = field(default_factory=Numbers)
    authorities: Groups = field(default_factory=Groups)
    responders: Groups = field(default_factory=Groups)
    reasons: Groups = field(default_factory=Groups)
    _ends: Groups = field(default_factory=Groups)
    _rules: dict[str, RuleCount] = field(default_factory=dict)

    def add(self, server: Server, hosts: Iterable[Host], change: Change) -> Numbers:
        """Add a server, and return its own numbers."""
        if server.error is not None:
            self.failed += 1
            return Numbers()
        self.reported += 1
        self.files += sum(each.files for each in server.configurations)
        numbers = Numbers()
        self._add_hosts(server.name, hosts, numbers)
        for finding, is_new in change.findings:
            self._rule(finding).add(finding, server.name, is_new=is_new)
            numbers.errors += finding.severity == "error"
            numbers.warnings += finding.severity == "warning"
            numbers.infos += finding.severity == "info"
            numbers.fixable += finding.fix is not None
            numbers.new += is_new
        for finding in change.gone:
            self._rule(finding).gone += 1
            numbers.gone += 1
        self.numbers.add(numbers)
        return numbers

    def _add_hosts(self, server: str, hosts: Iterable[Host], numbers: Numbers) -> None:
        paths: set[str] = set()
        for host in hosts:
            numbers.hosts += 1
            if host.staples:
                numbers.staples += 1
            else:
                numbers.unknown += host.staples is None
                numbers.unstapled += host.staples is False
                self.reasons.add((reason(host),), host, server)
            self.authorities.add(authorities(host), host, server)
            self.responders.add(responders(host), host, server)
            self._ends.add((self.calendar.period(earliest_end(host)),), host, server)
            paths.update(certificate.path for certificate in host.certificates)
        numbers.certificates += len(paths)

    def _rule(self, finding: Finding) -> RuleCount:
        known = self._rules.get(finding.rule)
        if known is None:
            known = RuleCount(finding.rule, finding.name, finding.severity, finding.effect)
            self._rules[finding.rule] = known
        return known

    @property
    def rules(self) -> list[RuleCount]:
        """The rules, the most severe first; those of which all findings are gone are last."""
        return sorted(
            self._rules.values(),
            key=lambda one: (not one.findings, _SEVERITIES.index(one.severity), -one.findings),
        )

    @property
    def ends(self) -> list[Group]:
        """The hosts by the period in which their first certificate expires."""
        return self._ends.ordered(PERIODS)
