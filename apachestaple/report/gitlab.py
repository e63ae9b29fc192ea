"""Findings as a Code Quality report of GitLab.

Source: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from apachestaple.lint.fingerprints import fingerprints
from apachestaple.report.terminal import printable, short
from apachestaple.rules.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.rules.finding import Finding

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "info"}


def gitlab_report(findings: Sequence[Finding]) -> str:
    """A list with an object for each finding; paths are relative to the repository."""
    folder = os.environ.get("CI_PROJECT_DIR") or None
    issues = [
        {
            "description": printable(f"{finding.message}. {finding.help}"),
            "check_name": f"{finding.code} {finding.name}",
            "fingerprint": fingerprint,
            "severity": _SEVERITIES[finding.severity],
            "location": {
                "path": short(finding.place.file, folder),
                "lines": {"begin": finding.place.line, "end": finding.place.end_line},
            },
        }
        for finding, fingerprint in zip(findings, fingerprints(findings), strict=True)
    ]
    return json.dumps(issues, indent=2) + "\n"
