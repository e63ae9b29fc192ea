"""The report of ``lint`` in the selected format."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apachestaple.report.terminal import Paint
from apachestaple.rules.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.mod_ssl.site import Site
    from apachestaple.report.summary import Summary
    from apachestaple.rules.finding import Finding


class LintReport(NamedTuple):
    """What the views show.

    Attributes:
        sites: the configurations that were read.
        findings: their findings.
        summary: the numbers.
        ignored_rules: the number of rules that a settings file ignores.
        ignored_by_path: the number of findings that a settings file ignores in their files.
        fail_on: the lowest severity that makes the exit code 1.
        paint: colours and links of the text.
        columns: the width of the terminal, or ``None``.
        verbose: whether the text lists all findings and hosts.
        statistics: whether the text only has the table of rules.
        quiet: whether the text has no numbers below the findings.

    """

    sites: Sequence[Site]
    findings: Sequence[Finding]
    summary: Summary
    ignored_rules: int = 0
    ignored_by_path: int = 0
    fail_on: Severity = Severity.WARNING
    paint: Paint = Paint()
    columns: int | None = None
    verbose: bool = False
    statistics: bool = False
    quiet: bool = False


def lint_report(report: LintReport, form: str) -> str:
    """The findings in one of the formats of `FORMATS`."""
    if form == "json":
        from apachestaple.report.json import lint_json  # noqa: PLC0415

        return lint_json(report)
    if form == "github":
        from apachestaple.report.github import github_report  # noqa: PLC0415

        return github_report(report.findings)
    if form == "gitlab":
        from apachestaple.report.gitlab import gitlab_report  # noqa: PLC0415

        return gitlab_report(report.findings)
    if form == "sarif":
        from apachestaple.report.sarif import sarif_report  # noqa: PLC0415

        return sarif_report(report)
    if form == "junit":
        from apachestaple.report.junit import junit_report  # noqa: PLC0415

        return junit_report(report)
    if form == "concise" and not report.statistics:
        from apachestaple.report.concise import concise_report  # noqa: PLC0415

        return concise_report(report.findings, report.paint)
    from apachestaple.report.text import text_report  # noqa: PLC0415

    sites = report.sites
    sources = {path: file for site in sites for path, file in site.configuration.files.items()}
    return text_report(report, sources)
