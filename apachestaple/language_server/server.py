"""The language server on standard input and output."""

from __future__ import annotations

import gc
import logging
import os
import sys
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method

from apachestaple import __version__
from apachestaple.language_server.actions import FIX_ALL, QUICK_FIX, Wanted, actions
from apachestaple.language_server.diagnostics import SOURCE, diagnostics
from apachestaple.language_server.documents import OpenDocuments
from apachestaple.language_server.framing import Messages
from apachestaple.language_server.navigation import Place
from apachestaple.language_server.positions import Encoding
from apachestaple.language_server.progress import show_progress
from apachestaple.language_server.publishing import Publisher
from apachestaple.language_server.updates import Updates
from apachestaple.language_server.workspace import State, Workspace
from apachestaple.report.terminal import cut, printable
from apachestaple.rules.catalogue import all_rules

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from pygls.server import ServerErrors

_Answer = TypeVar("_Answer")

# Files whose changes on the disk can change findings.
_WATCHED = (
    "**/*.{conf,vhost,inc,include,site,j2,erb}",
    "**/{sites,conf,mods}-{available,enabled}/*",
    "**/*.{pem,crt,cer,key}",
    "**/{apachestaple,pyproject}.toml",
)
# A collection visits all objects: 500,000 for 10,000 hosts, which takes as long as an update.
_MOST_OBJECTS = 200_000


class _Protocol(LanguageServerProtocol):
    """The protocol, in which documents are kept by us.

    Those of pygls end lines at more characters than editors do.
    """

    _server: Server

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        self._server.documents.open(params.text_document)
        self._server.updates.request()

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        document = params.text_document
        self._server.documents.change(
            document.uri, document.version, params.content_changes, self._server.encoding
        )
        self._server.updates.request()

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        self._server.documents.close(params.text_document.uri)
        self._server.updates.request()


class Server(LanguageServer):
    """The language server.

    Attributes:
        documents: the open documents.
        updates: updates of the state after changes of documents or files.
        is_shut_down: whether the client has asked to shut down.

    """

    def __init__(self) -> None:
        super().__init__(SOURCE, __version__, protocol_cls=_Protocol)
        self.documents = OpenDocuments()
        self.updates: Updates[State] = Updates(
            self._prepare, partial(show_progress, self), self._publish, self._report
        )
        self.is_shut_down = False
        self._read = Workspace()
        self._publisher = Publisher(self)
        self._published = State(self.documents.now())
        # Numbers of changes on the disk: of those that were announced, and read.
        self._announced = self._seen = 0
        _add_features(self)
        _add_navigation(self)

    @property
    def encoding(self) -> Encoding:
        """The unit of columns that was agreed on with the client."""
        kind = self.workspace.position_encoding
        return Encoding(kind.value if isinstance(kind, types.PositionEncodingKind) else "utf-16")

    async def state_of(self, uri: str) -> tuple[State, str] | None:
        """The newest state, and the real path of a document; ``None`` if it is not open."""
        state = await self.updates.newest()
        if state is None or uri not in state.documents.paths:
            return None
        return state, state.documents.paths[uri]

    async def at(
        self, uri: str, position: types.Position, ask: Callable[[Place], _Answer]
    ) -> _Answer | None:
        """The answer to a question about a position; ``None`` if the document is not open."""
        documents = self.documents.now()
        path = documents.paths.get(uri)
        if path is None:
            return None
        place = Place(documents.by_path[path], position, self.encoding, self.updates.last)
        return await self.updates.in_thread(lambda: ask(place))

    def files_changed(self) -> None:
        """Read files again that have changed on the disk."""
        self._announced += 1
        self.updates.request()

    def report_server_error(self, error: Exception, source: ServerErrors) -> None:  # noqa: ARG002
        """Tell the client why a message was ignored."""
        text = cut(printable(str(error) or type(error).__name__))
        message = f"a message was ignored: {text}"
        self.window_log_message(types.LogMessageParams(types.MessageType.Error, message))

    def _prepare(self) -> Callable[[Callable[[], bool]], State]:
        documents, number = self.documents.now(), self._announced

        def update(is_outdated: Callable[[], bool]) -> State:
            state = self._read.update(
                documents, files_changed=number != self._seen, is_outdated=is_outdated
            )
            self._seen = number
            return state

        return update

    async def _publish(self, state: State, is_outdated: Callable[[], bool]) -> None:
        encoding = self.encoding
        found = await self.updates.in_thread(lambda: diagnostics(state, encoding))
        await self._publisher.publish(state, found, is_outdated)
        # Requests that use the state before are already waiting for the thread, so they come first.
        # This is not awaited: the next update waits for it.
        self.updates.start_in_thread(partial(state.discard_replaced, self._published))
        self._published = state
        self.updates.start_in_thread(_collect_garbage)

    def _report(self, error: Exception) -> None:
        """Tell about an internal error in an update; later updates may succeed."""
        logging.getLogger(__name__).error("an update failed", exc_info=error)
        message = f"apachestaple: internal error: {cut(printable(repr(error)))}"
        self.window_show_message(types.ShowMessageParams(types.MessageType.Error, message))


def _collect_garbage() -> None:
    if gc.get_count()[0] > _MOST_OBJECTS:
        gc.collect()


def _add_features(server: Server) -> None:
    @server.feature(types.INITIALIZED)
    async def watch(_: types.InitializedParams) -> None:
        workspace = server.client_capabilities.workspace
        watched = workspace and workspace.did_change_watched_files
        if watched and watched.dynamic_registration:
            options = types.DidChangeWatchedFilesRegistrationOptions(
                [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
            )
            method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
            registration = types.Registration(method, method, options)
            await server.client_register_capability_async(types.RegistrationParams([registration]))

    @server.feature(types.SHUTDOWN)
    def shut_down(_: None) -> None:
        server.is_shut_down = True

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def save(_: types.DidSaveTextDocumentParams) -> None:
        server.files_changed()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def change_on_disk(_: types.DidChangeWatchedFilesParams) -> None:
        server.files_changed()

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions([QUICK_FIX, FIX_ALL]))
    async def code_actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        found = await server.state_of(params.text_document.uri)
        if found is None:
            return []
        state, path = found
        wanted = Wanted(
            path,
            params.range.start.line + 1,
            params.range.end.line + 1,
            tuple(map(_kind, params.context.only or ())),
            params.context.trigger_kind is not types.CodeActionTriggerKind.Automatic,
        )
        encoding = server.encoding
        return await server.updates.in_thread(lambda: actions(state, wanted, encoding))


def _add_navigation(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def show(params: types.HoverParams) -> types.Hover | None:
        await server.updates.newest()
        capabilities = server.client_capabilities.text_document
        shown = capabilities.hover if capabilities else None
        formats = (shown.content_format if shown else None) or ()
        return await server.at(
            params.text_document.uri, params.position, lambda place: place.hover(formats)
        )

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    async def define(params: types.DefinitionParams) -> list[types.Location] | None:
        await server.updates.newest()
        return await server.at(params.text_document.uri, params.position, Place.definitions)

    # The list must not wait until the new text is linted.
    @server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions([" "]))
    async def complete(params: types.CompletionParams) -> list[types.CompletionItem] | None:
        after_space = params.context is not None and params.context.trigger_character == " "
        return await server.at(
            params.text_document.uri,
            params.position,
            lambda place: place.completions(only_values=after_space),
        )


def _kind(kind: types.CodeActionKind | str) -> str:
    return kind.value if isinstance(kind, types.CodeActionKind) else kind


def run() -> int:
    """Serve one client, until it ends; returns the exit code that the protocol demands."""
    # Every message that cannot be understood would be logged with a traceback.
    logging.getLogger("pygls").setLevel(logging.CRITICAL + 1)
    server = Server()
    all_rules()
    # The modules live until the end, and are not visited by the garbage collection.
    gc.freeze()
    with _own_output() as output:
        server.start_io(Messages(sys.stdin.buffer), output)  # type: ignore[arg-type]
    return 0 if server.is_shut_down else 1


def _own_output() -> BinaryIO:
    """Standard output; whatever else is printed goes to standard error."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return output
