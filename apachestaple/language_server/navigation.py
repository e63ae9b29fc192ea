"""Hover, completion and definition in the types of the protocol."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from lsprotocol import types

from apachestaple.httpd.source_file import SourceFile
from apachestaple.language_server.completion import completions
from apachestaple.language_server.definition import definitions
from apachestaple.language_server.hover import Known, hover, rule_paragraphs
from apachestaple.language_server.markup import Markdown, PlainText
from apachestaple.language_server.statement import Position
from apachestaple.lint.startup import start_problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.language_server.completion import Completion
    from apachestaple.language_server.definition import Location
    from apachestaple.language_server.documents import Document
    from apachestaple.language_server.positions import Encoding
    from apachestaple.language_server.statement import Span
    from apachestaple.language_server.workspace import State
    from apachestaple.rules.finding import Finding


class Place:
    """A position in an open document, and what is known about it.

    ``state`` is the last result, which may be older than the document; ``None`` before the first.
    """

    def __init__(
        self,
        document: Document,
        position: types.Position,
        encoding: Encoding,
        state: State | None,
    ) -> None:
        self._document = document
        self._encoding = encoding
        self._state = state
        self._analysis = state.analysis_of(document.real_path) if state else None
        self._file = SourceFile(document.path, document.text)
        line = self._file.physical_line(position.line + 1)
        self._position = Position(position.line, encoding.code_points(line, position.character))

    def hover(self, formats: Sequence[str]) -> types.Hover | None:
        """What to show; as Markdown, if it is among the formats of the editor."""
        is_markdown = types.MarkupKind.Markdown in formats
        markup = Markdown() if is_markdown else PlainText()
        known = None
        if self._analysis is not None:
            known = Known(self._analysis.site, start_problems(self._analysis.findings))
        found = hover(self._document.text, self._document.real_path, self._position, known, markup)
        findings = self._findings()
        rules = rule_paragraphs((finding.rule for finding in findings), markup)
        paragraphs = [*([found.text] if found else []), *rules]
        if not paragraphs:
            return None
        kind = types.MarkupKind.Markdown if is_markdown else types.MarkupKind.PlainText
        return types.Hover(
            types.MarkupContent(kind, "\n\n".join(paragraphs)),
            self._range(found.span)
            if found
            else self._encoding.range(findings[0].place, self._file),
        )

    def _findings(self) -> list[Finding]:
        """The findings in this line, if the last result is about this text."""
        state, analysis, document = self._state, self._analysis, self._document
        if state is None or analysis is None:
            return []
        read = state.documents.by_path.get(document.path)
        if read is None or read.text != document.text:
            return []
        line = self._position.line + 1
        return [
            finding
            for finding in analysis.findings
            if finding.place.line <= line <= finding.place.end_line
            and analysis.real_path(finding.place.file) == document.real_path
        ]

    def completions(self, *, only_values: bool = False) -> list[types.CompletionItem]:
        """The proposals, in the order in which they should be listed.

        Names would be in the way after the spaces at the beginning of a line (``only_values``).
        """
        site = self._analysis.site if self._analysis is not None else None
        text, path = self._document.text, self._document.real_path
        found = completions(text, path, self._position, site)
        wanted = [each for each in found if not (only_values and each.is_name)]
        return [self._item(number, each) for number, each in enumerate(wanted)]

    def definitions(self) -> list[types.Location]:
        """Where what stands here is defined."""
        return list(self._definitions())

    def _definitions(self) -> Iterator[types.Location]:
        if self._state is None or self._analysis is None:
            return
        site, documents = self._analysis.site, self._state.documents
        text, path = self._document.text, self._document.real_path
        for each in definitions(text, path, self._position, site):
            uri = documents.uri(os.path.realpath(each.path))
            yield types.Location(uri, self._range_in(each))

    def _item(self, number: int, proposal: Completion) -> types.CompletionItem:
        kinds = types.CompletionItemKind
        return types.CompletionItem(
            proposal.label,
            kind=kinds.Property if proposal.is_name else kinds.Value,
            detail=proposal.detail or None,
            documentation=proposal.text or None,
            sort_text=f"{number:03}",
            filter_text=proposal.new_text,
            text_edit=types.TextEdit(self._range(proposal.span), proposal.new_text),
        )

    def _range(self, span: Span) -> types.Range:
        return self._range_of(span, self._file)

    def _range_in(self, location: Location) -> types.Range:
        """A range in another file, which may not be a configuration."""
        file = self._analysis.files.get(location.path) if self._analysis else None
        if file is None:
            line = types.Position(location.span.start.line, 0)
            return types.Range(line, line)
        return self._range_of(location.span, file)

    def _range_of(self, span: Span, file: SourceFile) -> types.Range:
        start, end = (
            types.Position(
                each.line, self._encoding.units(file.physical_line(each.line + 1)[: each.column])
            )
            for each in span
        )
        return types.Range(start, end)
