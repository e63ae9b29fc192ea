"""Findings in the Static Analysis Results Interchange Format (SARIF 2.1.0, OASIS)."""

from __future__ import annotations

import json
import os
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import quote

from apachestaple import __version__
from apachestaple.fix.editing.render import Renderer
from apachestaple.fix.single import single_repair
from apachestaple.lint.fingerprints import fingerprints
from apachestaple.report.markdown import rule_text
from apachestaple.report.terminal import printable, short
from apachestaple.rules.finding import Fix, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from apachestaple.fix.single import Replacement
    from apachestaple.mod_ssl.site import Site
    from apachestaple.report.lint import LintReport
    from apachestaple.rules.finding import Finding, HostPlace
    from apachestaple.rules.rule import Rule

_Object = dict[str, object]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
# The folder to which paths are relative.
_BASE = "%SRCROOT%"
_MOST_HOSTS = 20
# Each repair is planned for itself, which takes time.
_MOST_FIXES_OF_A_RULE = 10


def sarif_report(report: LintReport) -> str:
    """A log with one run. Paths below the working folder are relative to ``%SRCROOT%``."""
    rules = {finding.code: finding.rule for finding in report.findings}
    ordered = sorted(rules.values(), key=lambda rule: rule.code)
    indexes = {rule.code: index for index, rule in enumerate(ordered)}
    fixes = _fixes(report)
    known = zip(report.findings, fingerprints(report.findings), strict=True)
    run = {
        "tool": {
            "driver": {
                "name": "apachestaple",
                "version": __version__,
                "rules": [_rule(rule) for rule in ordered],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_BASE: {"uri": _folder_uri(os.getcwd())}},
        "results": [
            {
                **_result(finding, fingerprint),
                "ruleIndex": indexes[finding.code],
                **({"fixes": fixes[index]} if index in fixes else {}),
            }
            for index, (finding, fingerprint) in enumerate(known)
        ],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2) + "\n"


def _rule(rule: Rule) -> _Object:
    about = "\n\n".join(part for part in (rule.summary, rule.explanation) if part)
    tags = [rule.effect.value, *([rule.benchmark] if rule.benchmark else [])]
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": about},
        # The whole text instead of a helpUri, because docs/rules.md has no public address.
        "help": {"text": f"{about}\n\nEffect: {rule.effect.meaning}.", "markdown": rule_text(rule)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": tags},
    }


def _result(finding: Finding, fingerprint: str) -> _Object:
    hosts = [finding.host_place(host) for host in finding.hosts[:_MOST_HOSTS]]
    text = f"{finding.message} ({finding.effect.meaning}). {finding.help}"
    return {
        "ruleId": finding.code,
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(text)},
        "locations": [{"physicalLocation": _location(finding)}],
        **({"relatedLocations": [_host(host) for host in hosts]} if hosts else {}),
        "partialFingerprints": {"apachestaple/v1": fingerprint},
        "properties": {
            "effect": finding.effect,
            "confidence": finding.confidence,
            "hosts": len(finding.hosts),
            "log_id": finding.log_id,
            "benchmark": finding.benchmark,
        },
    }


def _message(text: str) -> str:
    """Text without links of the form ``[text](address)``, which viewers would show as links."""
    return printable(text).replace("](", "] (")


def _location(finding: Finding) -> _Object:
    place = finding.place
    region: _Object = {"startLine": place.line, "startColumn": place.column}
    if (place.end_line, place.end_column) > (place.line, place.column):
        region |= {"endLine": place.end_line, "endColumn": place.end_column}
    return {"artifactLocation": _artifact(place.file), "region": region}


def _host(host: HostPlace) -> _Object:
    return {
        "physicalLocation": {
            "artifactLocation": _artifact(host.file),
            "region": {"startLine": host.line},
        },
        "message": {"text": _message(host.name)},
    }


def _fixes(report: LintReport) -> Mapping[int, Sequence[_Object]]:
    """The safe repairs of the first findings of each rule, by the index of the finding."""
    sites = {site.configuration.name: site for site in report.sites}
    renderer = Renderer()
    tried: Counter[str] = Counter()
    fixes: dict[int, Sequence[_Object]] = {}
    for index, finding in enumerate(report.findings):
        site = sites.get(finding.configuration)
        if finding.fix is not Fix.SAFE or site is None:
            continue
        tried[finding.code] += 1
        if tried[finding.code] > _MOST_FIXES_OF_A_RULE:
            continue
        replacements = single_repair(finding, site, renderer)
        if replacements:
            fixes[index] = [_fix(finding, replacements, site)]
    return fixes


def _fix(finding: Finding, replacements: Sequence[Replacement], site: Site) -> _Object:
    names = {file.real_path: path for path, file in site.configuration.files.items()}
    by_file: dict[str, list[_Object]] = {}
    for each in replacements:
        region = {"startLine": each.first, "startColumn": 1, "endLine": each.after, "endColumn": 1}
        change = {"deletedRegion": region, "insertedContent": {"text": each.text}}
        by_file.setdefault(names.get(each.file, each.file), []).append(change)
    return {
        "description": {"text": _message(finding.help)},
        "artifactChanges": [
            {"artifactLocation": _artifact(path), "replacements": changes}
            for path, changes in by_file.items()
        ],
    }


def _artifact(path: str) -> _Object:
    shown = short(path)
    if os.path.isabs(shown):
        return {"uri": f"file://{_quoted(shown)}"}
    return {"uri": _quoted(shown), "uriBaseId": _BASE}


def _folder_uri(path: str) -> str:
    return f"file://{_quoted(path.rstrip('/'))}/"


def _quoted(path: str) -> str:
    return quote(os.fsencode(path))
