"""Findings as diagnostics of the protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from apachestaple.httpd.configuration import Place, line_place
from apachestaple.report.terminal import printable
from apachestaple.rules.finding import Severity
from apachestaple.rules.remedy import RemoveDirective

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.language_server.analysis import Analysis
    from apachestaple.language_server.documents import Documents
    from apachestaple.language_server.positions import Encoding
    from apachestaple.language_server.workspace import State
    from apachestaple.rules.finding import Finding

SOURCE = "apachestaple"

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}
# A certificate of a wildcard may be used by thousands of hosts.
_MOST_HOSTS = 20


def diagnostics(state: State, encoding: Encoding) -> dict[str, list[types.Diagnostic]]:
    """The diagnostics of each file that has some, by its real path.

    A file that several servers read has the diagnostics of all of them, equal ones once.
    """
    found: dict[str, list[types.Diagnostic]] = {}
    for analysis in state.analyses:
        for finding, fingerprint in analysis.known_findings:
            shown = diagnostic(finding, fingerprint, analysis, state.documents, encoding)
            of_file = found.setdefault(analysis.real_path(finding.place.file), [])
            if len(state.analyses) == 1 or shown not in of_file:
                of_file.append(shown)
    return found


def diagnostic(
    finding: Finding,
    fingerprint: str,
    analysis: Analysis,
    documents: Documents,
    encoding: Encoding,
) -> types.Diagnostic:
    """The diagnostic for a finding; its data is the fingerprint."""
    return types.Diagnostic(
        range=encoding.range(finding.place, analysis.file(finding.place.file)),
        severity=_SEVERITIES[finding.severity],
        code=finding.code,
        code_description=types.CodeDescription(finding.url),
        source=SOURCE,
        message=f"{printable(finding.message)}\n{printable(finding.help)}",
        tags=[types.DiagnosticTag.Unnecessary] if _is_idle(finding) else None,
        related_information=list(_related(finding, analysis, documents, encoding)) or None,
        data=fingerprint,
    )


def _is_idle(finding: Finding) -> bool:
    """Whether a finding is about a line without effect, which an editor may fade."""
    remedy = finding.remedy
    return isinstance(remedy, RemoveDirective) and remedy.directive is finding.subject.thing


def _related(
    finding: Finding, analysis: Analysis, documents: Documents, encoding: Encoding
) -> Iterator[types.DiagnosticRelatedInformation]:
    """The line that counts, and the affected hosts, except that of the line of the finding."""
    used = finding.used_instead
    if used is not None:
        uri = documents.uri(used.source_file.real_path)
        location = types.Location(uri, encoding.range(used.place, used.source_file))
        yield types.DiagnosticRelatedInformation(location, "httpd uses this one instead")
    for host in finding.hosts[:_MOST_HOSTS]:
        name, path, line = finding.host_place(host)
        if (path, line) == (finding.place.file, finding.place.line):
            continue
        file = analysis.file(path)
        place = line_place(file, line) if file else Place(path, line, 1, line, 1)
        uri = documents.uri(analysis.real_path(path))
        location = types.Location(uri, encoding.range(place, file))
        yield types.DiagnosticRelatedInformation(location, f"host {printable(name)}")
