"""Findings as JUnit XML, which CI servers show as tests."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from apachestaple.report.terminal import printable, short

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.report.lint import LintReport
    from apachestaple.rules.finding import Finding


def junit_report(report: LintReport) -> str:
    """A suite for each configuration, with a test case for each finding.

    Findings below ``fail_on`` are test cases that pass, and so is a configuration without findings.
    """
    by_configuration: dict[str, list[Finding]] = {
        site.configuration.name: [] for site in report.sites
    }
    for finding in report.findings:
        by_configuration.setdefault(finding.configuration, []).append(finding)
    suites = [line for path, own in by_configuration.items() for line in _suite(path, own, report)]
    failures = sum(_fails(finding, report) for finding in report.findings)
    tests = sum(max(len(own), 1) for own in by_configuration.values())
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="apachestaple" tests="{tests}" failures="{failures}" errors="0">',
        *suites,
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _suite(path: str, findings: Sequence[Finding], report: LintReport) -> Iterator[str]:
    name = _attribute(short(path))
    failures = sum(_fails(finding, report) for finding in findings)
    tests = max(len(findings), 1)
    yield f'  <testsuite name={name} tests="{tests}" failures="{failures}" errors="0">'
    if not findings:
        yield f'    <testcase name="no findings" classname={name}/>'
    for finding in findings:
        yield from _case(finding, report)
    yield "  </testsuite>"


def _case(finding: Finding, report: LintReport) -> Iterator[str]:
    place = finding.place
    path = short(place.file)
    name = f"{finding.code} {finding.name}, line {place.line}"
    tag = "failure" if _fails(finding, report) else "system-out"
    attributes = f" type={_attribute(finding.code)} message={_attribute(finding.message)}"
    yield f"    <testcase name={_attribute(name)} classname={_attribute(path)}>"
    yield f"      <{tag}{attributes if tag == 'failure' else ''}>{_content(finding)}</{tag}>"
    yield "    </testcase>"


def _content(finding: Finding) -> str:
    place = finding.place
    lines = [
        f"{short(place.file)}:{place.line}:{place.column}: {finding.message}",
        f"effect: {finding.effect.meaning}",
        *([f"hosts: {', '.join(host.name for host in finding.hosts)}"] if finding.hosts else []),
        f"help: {finding.help}",
    ]
    return "\n".join(escape(printable(line)) for line in lines)


def _fails(finding: Finding, report: LintReport) -> bool:
    return finding.severity.rank <= report.fail_on.rank


def _attribute(text: str) -> str:
    return quoteattr(printable(text))
