"""The table of rules at the end of the text report."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from apachestaple.report.columns import aligned
from apachestaple.report.severities import COLOURS
from apachestaple.rules.finding import Fix

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from apachestaple.report.terminal import Paint
    from apachestaple.rules.finding import Finding


def statistics(findings: Iterable[Finding], paint: Paint) -> str:
    """A line for each rule with findings, the most severe first."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(finding.code, []).append(finding)
    ranked = sorted(by_rule.values(), key=lambda own: (_worst(own).severity.rank, -len(own)))
    rows = [["RULE", "NAME", "SEVERITY", "FINDINGS", "HOSTS", "FIX"], *map(_row, ranked)]
    heading, *lines = aligned(rows)
    coloured = [
        paint(line, COLOURS[_worst(own).severity]) for line, own in zip(lines, ranked, strict=True)
    ]
    return "".join(f"{line}\n" for line in [paint(heading, "bold"), *coloured])


def _row(findings: Sequence[Finding]) -> list[str]:
    worst = _worst(findings)
    return [
        worst.code,
        worst.name,
        worst.severity.value,
        str(len(findings)),
        str(_count_hosts(findings)),
        _repaired(findings),
    ]


def _count_hosts(findings: Sequence[Finding]) -> int:
    """The number of their hosts; several configurations may include the file of a host."""
    if len({finding.configuration for finding in findings}) == 1:
        return len({host for finding in findings for host in finding.hosts})
    return len({finding.host_place(host) for finding in findings for host in finding.hosts})


def _worst(findings: Sequence[Finding]) -> Finding:
    return min(findings, key=lambda finding: finding.severity.rank)


def _repaired(findings: Sequence[Finding]) -> str:
    """How many of them ``fix`` can repair."""
    fixes = Counter(finding.fix for finding in findings)
    if not fixes[Fix.SAFE] and not fixes[Fix.UNSAFE]:
        return "no"
    if len(fixes) == 1:
        return next(fix.value for fix in fixes if fix)
    shown = (f"{number} {fix}" for fix in Fix if (number := fixes[fix]))
    return ", ".join(shown)
