"""The summary of ``lint`` in Markdown, which GitHub shows on the page of a run."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

from apachestaple.report.escaping import markdown
from apachestaple.report.summary import counted
from apachestaple.report.terminal import short
from apachestaple.rules.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.report.lint import LintReport
    from apachestaple.rules.finding import Finding

# GitHub takes a summary of 1 MiB.
_MOST_OF_A_RULE = 10


def step_summary(report: LintReport) -> str:
    """The numbers, a table of the rules, and the first findings of each rule."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: LintReport) -> Iterator[str]:
    summary = report.summary
    yield "## apachestaple"
    yield ""
    found = f"{counted(summary.errors, 'error')}, {counted(summary.warnings, 'warning')}"
    yield (
        f"{found} and {counted(summary.infos, 'info')} in {counted(summary.files, 'file')}, "
        f"{counted(summary.hosts, 'host')} and {counted(summary.certificates, 'certificate')}."
    )
    if not report.findings:
        return
    by_rule: dict[str, list[Finding]] = {}
    for finding in report.findings:
        by_rule.setdefault(finding.code, []).append(finding)
    ranked = sorted(by_rule.values(), key=lambda own: _rank(own).rank)
    yield ""
    yield "| rule | severity | findings |"
    yield "|---|---|---|"
    for own in ranked:
        first = own[0]
        yield f"| {first.code} {first.name} | {_rank(own)} | {len(own):,} |"
    yield ""
    for own in ranked:
        yield from (_item(finding) for finding in own[:_MOST_OF_A_RULE])
        more = len(own) - _MOST_OF_A_RULE
        if more > 0:
            yield f"- {more:,} more of {own[0].code}"


def _rank(findings: Sequence[Finding]) -> Severity:
    counts = Counter(finding.severity for finding in findings)
    return next(severity for severity in Severity if counts[severity])


def _item(finding: Finding) -> str:
    place = finding.place
    path = short(place.file, os.environ.get("GITHUB_WORKSPACE") or None)
    return (
        f"- **{finding.severity}** {finding.code} {markdown(path)}:{place.line}: "
        f"{markdown(finding.message)}. {markdown(finding.help)}"
    )
