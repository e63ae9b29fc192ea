"""The report of ``lint`` in the form that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.report.summary import summarize

if TYPE_CHECKING:
    from apachestaple.discovery.sites import Sites
    from apachestaple.lint.lint import LintResult
    from apachestaple.report.terminal import Paint


def lint_report(sites: Sites, result: LintResult, form: str, paint: Paint) -> str:
    """The findings as ``text``, ``json`` or ``github``."""
    if form == "github":
        from apachestaple.report.github import github_report  # noqa: PLC0415

        return github_report(result.findings)
    summary = summarize(sites.sites, result.findings, result.suppressed)
    if form == "json":
        from apachestaple.report.json import lint_json  # noqa: PLC0415

        return lint_json(sites.sites, result.findings, summary)
    from apachestaple.report.text import text_report  # noqa: PLC0415

    return text_report(result.findings, sites.sources(), summary, paint=paint)
