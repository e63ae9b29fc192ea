"""The last lines of the text report of ``lint``: what was read, found and ignored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.report.columns import wrapped
from apachestaple.report.severities import COLOURS
from apachestaple.report.summary import counted
from apachestaple.rules.finding import Fix, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.report.lint import LintReport
    from apachestaple.rules.finding import Finding

_NO_BREAK = "\N{NO-BREAK SPACE}"


def totals(report: LintReport) -> str:
    """The numbers of findings and files, and on another line what is ignored."""
    summary, findings, paint = report.summary, report.findings, report.paint
    files = counted(summary.files, "file")
    hosts = counted(summary.hosts, "host")
    read = f"{files}, {hosts}, {counted(summary.certificates, 'certificate')}"
    if not findings:
        return f"{paint('No findings', 'bold', 'green')} in {read}.\n{_ignored(report)}"
    found = {
        counted(number, word): COLOURS[severity]
        for severity, number, word in (
            (Severity.ERROR, summary.errors, "error"),
            (Severity.WARNING, summary.warnings, "warning"),
            (Severity.INFO, summary.infos, "info"),
        )
        if number
    }
    numbers = ", ".join(phrase.replace(" ", _NO_BREAK) for phrase in found)
    text = f"{numbers} in {read}{_repair(findings)}"
    shown = "\n".join(wrapped(text, report.columns, first=0, indent=0))
    for phrase, colour in found.items():
        shown = shown.replace(phrase.replace(" ", _NO_BREAK), paint(phrase, "bold", colour))
    return f"{shown}\n{_ignored(report)}"


def _ignored(report: LintReport) -> str:
    by_comments = report.summary.suppressed - report.ignored_by_path
    by_settings = [(report.ignored_by_path, "finding"), (report.ignored_rules, "rule")]
    by = [f"{counted(by_comments, 'finding')} by comments"] if by_comments else []
    if report.summary.baseline:
        by.append(f"{counted(report.summary.baseline, 'finding')} by the baseline")
    settings = " and ".join(counted(number, word) for number, word in by_settings if number)
    by += [f"{settings} by the settings file"] if settings else []
    return f"Ignored: {', '.join(by)}.\n" if by else ""


def _repair(findings: Sequence[Finding]) -> str:
    safe = sum(finding.fix is Fix.SAFE for finding in findings)
    unsafe = sum(finding.fix is Fix.UNSAFE for finding in findings)
    if not safe and not unsafe:
        return ""
    if not safe:
        return f"; apachestaple fix --unsafe can repair {unsafe}"
    more = f", and {unsafe} more with --unsafe" if unsafe else ""
    return f"; apachestaple fix can repair {safe}{more}"
