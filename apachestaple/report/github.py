"""Findings as workflow commands, which GitHub Actions shows next to the lines of a change.

Source: the runner's ActionCommand.cs, which decodes exactly these escapes. Other runners find
commands in the middle of a line, too, so texts are escaped for them as well.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.report.terminal import printable, short, without_commands
from apachestaple.rules.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apachestaple.rules.finding import Finding

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}

_MOST_HOSTS = 5
_MOST_OF_A_RULE = 10


def github_report(findings: Iterable[Finding]) -> str:
    """A command for each of the first findings of each rule, and one that counts the others.

    GitHub shows ten annotations of each level in a step.
    """
    seen: dict[str, list[Finding]] = {}
    for finding in findings:
        seen.setdefault(finding.code, []).append(finding)
    lines: list[str] = []
    for own in seen.values():
        lines += map(_command, own[:_MOST_OF_A_RULE])
        more = len(own) - _MOST_OF_A_RULE
        if more > 0:
            title = _property(f"{own[0].code} {own[0].name}")
            lines.append(f"::notice title={title}::{more:,} more findings of this rule")
    return "".join(f"{line}\n" for line in lines)


def _command(finding: Finding) -> str:
    place = finding.place
    properties = {
        "file": short(place.file, os.environ.get("GITHUB_WORKSPACE") or None),
        "line": str(place.line),
        "endLine": str(place.end_line),
    }
    if place.line == place.end_line:
        # The runner accepts columns only within one line.
        properties |= {"col": str(place.column), "endColumn": str(place.end_column)}
    properties["title"] = f"{finding.code} {finding.name}"
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    message = f"{finding.message} ({finding.effect.meaning}). {finding.help}{_hosts(finding)}"
    return f"::{_COMMANDS[finding.severity]} {written}::{_data(message)}"


def _hosts(finding: Finding) -> str:
    """The first hosts, if there are several in different places."""
    names = [host.name for host in finding.hosts]
    if len(names) < 2:
        return ""
    more = len(names) - _MOST_HOSTS
    also = f" and {more} more" if more > 0 else ""
    return f" Hosts: {', '.join(names[:_MOST_HOSTS])}{also}."


def _data(text: str) -> str:
    text = without_commands("\n".join(map(printable, text.split("\n"))))
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
