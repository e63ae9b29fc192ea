"""The report of ``lint`` with one line for each finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.report.severities import COLOURS
from apachestaple.report.terminal import printable, short

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apachestaple.report.terminal import Paint
    from apachestaple.rules.finding import Finding


def concise_report(findings: Iterable[Finding], paint: Paint) -> str:
    """Lines of the form ``path:line:column: severity[CODE] message``."""
    return "".join(_line(finding, paint) + "\n" for finding in findings)


def _line(finding: Finding, paint: Paint) -> str:
    place = finding.place
    at = f"{printable(short(place.file))}:{place.line}:{place.column}"
    label = paint(f"{finding.severity}[{finding.code}]", "bold", COLOURS[finding.severity])
    return f"{paint(at, 'bold')}: {paint.link(label, finding.url)} {printable(finding.message)}"
