"""A session with ``apachestaple server``, whose calls wait for the answer."""

from __future__ import annotations

import asyncio
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from lsprotocol import types
from pytest_lsp import client_capabilities, make_test_lsp_client

from tests.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator, Sequence
    from pathlib import Path

    from pytest_lsp import LanguageClient

_Result = TypeVar("_Result")

# Much longer than any answer takes on a loaded machine.
_SECONDS = 300


class Session:
    """A client, and the texts that it shows."""

    def __init__(self, client: LanguageClient, loop: asyncio.AbstractEventLoop) -> None:
        self.client = client
        self.texts: dict[Path, str] = {}
        self._loop = loop
        self._versions: dict[Path, int] = {}

    def wait(self, waiting: Coroutine[object, object, _Result]) -> _Result:
        """The result of a request."""
        return self._loop.run_until_complete(asyncio.wait_for(waiting, _SECONDS))

    def open(self, path: Path, text: str | None = None) -> None:
        """Open a file, or a text that is not saved."""
        self.texts[path] = path.read_text() if text is None else text
        self._versions[path] = 1
        item = types.TextDocumentItem(path.as_uri(), "apacheconf", 1, self.texts[path])
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def type(self, path: Path, old: str, new: str) -> None:
        """Replace a text that stands once in a document, as an editor does while typing."""
        before, _, after = self.texts[path].partition(old)
        start, end = _end_of(before), _end_of(before + old)
        change = types.TextDocumentContentChangePartial(types.Range(start, end), new)
        self.change(path, [change])
        self.texts[path] = before + new + after

    def change(self, path: Path, changes: Sequence[types.TextDocumentContentChangeEvent]) -> None:
        """Send changes of a document."""
        self._versions[path] += 1
        document = types.VersionedTextDocumentIdentifier(
            uri=path.as_uri(), version=self._versions[path]
        )
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, changes))

    def close(self, path: Path) -> None:
        """Close a document without saving it."""
        del self.texts[path]
        document = types.TextDocumentIdentifier(path.as_uri())
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(document))

    def save(self, path: Path) -> None:
        """Write a document."""
        path.write_text(self.texts[path])
        document = types.TextDocumentIdentifier(path.as_uri())
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(document))

    def changed_on_disk(self, path: Path) -> None:
        """Tell that a file has changed on the disk."""
        event = types.FileEvent(path.as_uri(), types.FileChangeType.Changed)
        self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))

    def codes(self, path: Path) -> list[str]:
        """The codes of the diagnostics of a file, which are up to date if one is open."""
        return [str(each.code) for each in self.diagnostics(path)]

    def diagnostics(self, path: Path) -> list[types.Diagnostic]:
        """The diagnostics of a file."""
        # The server answers when it has sent the diagnostics for all changes before.
        for opened in self.texts:
            self.actions(opened, "", only="none")
        return list(self.client.diagnostics.get(path.as_uri(), ()))

    def actions(self, path: Path, line: str, only: str = "") -> list[types.CodeAction]:
        """The actions for a line, or for the whole document if it is empty."""
        lines = self.texts[path].split("\n")
        number = next((n for n, text in enumerate(lines) if line in text), 0)
        end = types.Position(number if line else len(lines), 0)
        found = self.wait(
            self.client.text_document_code_action_async(
                types.CodeActionParams(
                    types.TextDocumentIdentifier(path.as_uri()),
                    types.Range(types.Position(number, 0), end),
                    types.CodeActionContext([], only=[only] if only else None),
                )
            )
        )
        return [each for each in found or [] if isinstance(each, types.CodeAction)]


def _end_of(text: str) -> types.Position:
    """The position at the end of a text."""
    line = text.rpartition("\n")[2]
    return types.Position(text.count("\n"), len(line.encode("utf-16-le")) // 2)


@contextmanager
def session(capabilities: types.ClientCapabilities | None = None) -> Iterator[Session]:
    """A session with a new server; at the end, it must exit with 0."""
    loop = asyncio.new_event_loop()
    client = make_test_lsp_client()
    registered: list[types.Registration] = []

    @client.feature(types.CLIENT_REGISTER_CAPABILITY)  # type: ignore[untyped-decorator]
    def register(params: types.RegistrationParams) -> None:
        registered.extend(params.registrations)

    made = Session(client, loop)
    made.wait(client.start_io(sys.executable, "-m", "apachestaple", "server", cwd=ROOT))
    parameters = types.InitializeParams(
        capabilities=capabilities or client_capabilities("visual-studio-code"),
        root_uri=ROOT.as_uri(),
    )
    made.wait(client.initialize_session(parameters))
    try:
        yield made
        process = client._server
        assert process is not None
        made.wait(client.shutdown_session())
        assert made.wait(process.wait()) == 0
    finally:
        made.wait(client.stop())  # type: ignore[no-untyped-call]
        loop.close()
