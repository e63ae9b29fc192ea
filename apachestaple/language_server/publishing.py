"""Sends diagnostics and problems to the client when they change."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types

from apachestaple.report.terminal import cut, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pygls.lsp.server import LanguageServer

    from apachestaple.language_server.workspace import State

# Messages that are sent before requests are answered.
_AT_ONCE = 50


class Publisher:
    """Knows what the client shows."""

    def __init__(self, server: LanguageServer) -> None:
        self._server = server
        # By URI.
        self._shown: dict[str, Sequence[types.Diagnostic]] = {}
        self._problems: tuple[str, ...] = ()

    async def publish(
        self,
        state: State,
        found: Mapping[str, Sequence[types.Diagnostic]],
        is_outdated: Callable[[], bool],
    ) -> None:
        """Send the diagnostics of the files in which they have changed, open ones first.

        The rest is left out if the result is outdated.
        """
        self._tell(state.problems)
        documents = state.documents
        # A document without findings gets an empty list once, so that its user knows it was read.
        wanted = {uri: found.get(path, ()) for uri, path in documents.paths.items()}
        versions = {each.uri: each.version for each in documents.by_path.values()}
        others = (path for path in found if path not in documents.by_path)
        wanted |= {documents.uri(path): found[path] for path in others}
        changed = [
            uri for uri, diagnostics in wanted.items() if self._shown.get(uri) != diagnostics
        ]
        for number, uri in enumerate([*changed, *(self._shown.keys() - wanted.keys())], 1):
            diagnostics = wanted.get(uri, ())
            self._server.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(uri, diagnostics, versions.get(uri))
            )
            self._shown[uri] = diagnostics
            if uri not in wanted:
                del self._shown[uri]
            if number % _AT_ONCE == 0:
                # Requests are answered in between.
                await asyncio.sleep(0)
                if is_outdated():
                    return

    def _tell(self, problems: tuple[str, ...]) -> None:
        """Show why something could not be read, when this changes."""
        for problem in problems:
            if problem not in self._problems:
                message = f"apachestaple: {cut(printable(problem), 1000)}"
                self._server.window_show_message(
                    types.ShowMessageParams(types.MessageType.Warning, message)
                )
        self._problems = problems
