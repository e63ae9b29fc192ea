"""The report of ``lint`` in the selected format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.report.summary import summarize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.lint.lint import LintResult
    from apachestaple.mod_ssl.site import Site
    from apachestaple.report.terminal import Paint


def lint_report(
    sites: Sequence[Site], result: LintResult, form: str, paint: Paint, ignored_rules: int = 0
) -> str:
    """The findings in the format ``text``, ``json`` or ``github``.

    ``ignored_rules`` is the number of rules that a settings file ignores.
    """
    if form == "github":
        from apachestaple.report.github import github_report  # noqa: PLC0415

        return github_report(result.findings)
    summary = summarize(sites, result.findings, result.suppressed)
    if form == "json":
        from apachestaple.report.json import lint_json  # noqa: PLC0415

        return lint_json(sites, result.findings, summary)
    from apachestaple.report.text import text_report  # noqa: PLC0415

    sources = {path: file for site in sites for path, file in site.configuration.files.items()}
    return text_report(result.findings, sources, summary, paint=paint, ignored_rules=ignored_rules)
