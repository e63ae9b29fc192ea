"""Lint what was read, and write the report in the form that was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apachestaple.lint.lint import lint
from apachestaple.report.summary import summarize
from apachestaple.rules.finding import is_any_as_bad

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.discovery.sites import Sites
    from apachestaple.report.terminal import Paint
    from apachestaple.rules.finding import Finding, Severity
    from apachestaple.rules.rule import Rule


@dataclass(frozen=True)
class Report:
    """A report, and the findings that it tells."""

    text: str
    findings: Sequence[Finding]

    def exit_code(self, fail_on: Severity) -> int:
        """1 where a finding is at least as bad as ``fail_on``, else 0."""
        return int(is_any_as_bad(self.findings, fail_on))


def lint_report(sites: Sites, rules: Sequence[Rule], form: str, paint: Paint) -> Report:
    """The findings about all sites; what several of them have in common is told once."""
    known: dict[object, Finding] = {}
    for site in sites.sites:
        for finding in lint(site, rules):
            known.setdefault((finding.rule, finding.place, finding.certificate), finding)
    findings = list(known.values())
    return Report(_text(sites, findings, form, paint), findings)


def _text(sites: Sites, findings: list[Finding], form: str, paint: Paint) -> str:
    if form == "github":
        from apachestaple.report.github import github_report  # noqa: PLC0415

        return github_report(findings)
    summary = summarize(sites.sites, findings)
    if form == "json":
        from apachestaple.report.json import lint_json  # noqa: PLC0415

        return lint_json(sites.main_files, findings, summary)
    from apachestaple.report.text import text_report  # noqa: PLC0415

    return text_report(findings, sites.sources(), summary, paint=paint)
