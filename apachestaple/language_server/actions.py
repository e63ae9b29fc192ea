"""Code actions: repairs of findings as edits that the editor shows and makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from apachestaple.errors import ApachestapleError
from apachestaple.fix.editing.render import Renderer
from apachestaple.fix.ignoring import ignoring
from apachestaple.fix.outcome import FixRequest
from apachestaple.fix.run import run_fix
from apachestaple.fix.single import single_repair
from apachestaple.httpd.start import Starts
from apachestaple.language_server.diagnostics import SOURCE, diagnostic
from apachestaple.language_server.edits import new_texts_edit, workspace_edit
from apachestaple.report.terminal import printable
from apachestaple.rules.catalogue import select_rules
from apachestaple.rules.finding import Fix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.language_server.analysis import Analysis
    from apachestaple.language_server.positions import Encoding
    from apachestaple.language_server.workspace import State
    from apachestaple.rules.finding import Finding

QUICK_FIX = types.CodeActionKind.QuickFix
FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.{SOURCE}"


@dataclass(frozen=True)
class Wanted:
    """The actions that an editor asks for.

    Attributes:
        path: the real path of the document.
        first: the first line, from 1.
        last: the last line.
        only: the kinds of actions; empty for all.
        is_invoked: whether the user has asked for them.

    """

    path: str
    first: int
    last: int
    only: tuple[str, ...] = ()
    is_invoked: bool = True

    def includes(self, kind: str) -> bool:
        """Whether a kind, or one that contains it, is asked for."""
        return not self.only or any(f"{kind}.".startswith(f"{each}.") for each in self.only)


def actions(state: State, wanted: Wanted, encoding: Encoding) -> list[types.CodeAction]:
    """The repairs and ignore comments for the findings on some lines, and the repair of all."""
    found: list[types.CodeAction] = []
    analysis = state.analysis_of(wanted.path)
    if analysis is None:
        return found
    if wanted.includes(QUICK_FIX.value):
        for finding, fingerprint in analysis.known_findings:
            place = finding.place
            is_here = place.line <= wanted.last and wanted.first <= place.end_line
            if is_here and analysis.real_path(place.file) == wanted.path:
                shown = diagnostic(finding, fingerprint, analysis, state.documents, encoding)
                found += _of_finding(finding, shown, analysis, state)
    # Cursors move often, and this repair lints the server several times.
    if wanted.includes(FIX_ALL) and (wanted.only or wanted.is_invoked):
        found += _fix_all(wanted.path, analysis, state)
    return found


def _of_finding(
    finding: Finding, shown: types.Diagnostic, analysis: Analysis, state: State
) -> Iterator[types.CodeAction]:
    renderer = Renderer(analysis.settings.templates, comments=analysis.settings.comments)
    repair = workspace_edit(single_repair(finding, analysis.site, renderer), state.documents)
    if repair is not None:
        unsafe = "" if finding.fix is Fix.SAFE else " (unsafe)"
        yield types.CodeAction(
            f"Fix {finding.code}{unsafe}: {printable(finding.help).removesuffix('.')}",
            kind=QUICK_FIX,
            diagnostics=[shown],
            is_preferred=finding.fix is Fix.SAFE,
            edit=repair,
        )
    made = ignoring([finding], [analysis.site], "")
    comment = new_texts_edit(made.files, state.documents)
    if comment is not None:
        yield types.CodeAction(
            f"Ignore {finding.code} ({finding.name}) here",
            kind=QUICK_FIX,
            diagnostics=[shown],
            edit=comment,
        )


def _fix_all(path: str, analysis: Analysis, state: State) -> Iterator[types.CodeAction]:
    """The repair that ``apachestaple fix`` makes of a file."""
    settings = analysis.settings
    if not any(
        finding.fix is Fix.SAFE and analysis.real_path(finding.place.file) == path
        for finding in analysis.findings
    ):
        return
    request = FixRequest(
        diff=True,
        output=None,
        templates=settings.templates,
        comments=settings.comments,
        backup=False,
        outside=False,
        generated=False,
        configtest="never",
        rules=select_rules(settings.select, settings.ignore),
        certificates_required=settings.certificates_required,
        exclude=settings.exclude,
        ignores=settings.per_path_ignores,
        texts=state.documents.texts,
    )
    start = analysis.start._replace(focus=frozenset({path}))
    try:
        outcome = run_fix(Starts((start,), files=(path,)), request)
    except ApachestapleError:
        return
    edit = new_texts_edit(outcome.files, state.documents)
    if edit is not None:
        yield types.CodeAction(
            "Apply all safe fixes of apachestaple in this file", kind=FIX_ALL, edit=edit
        )
