"""The documents that are open in the editor, whose texts replace those of files."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote_to_bytes, urlsplit

from lsprotocol import types

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from apachestaple.language_server.positions import Encoding

# JSON can contain halves of characters, which no file can.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n|\n|\r")


class Document(NamedTuple):
    """An open document.

    Attributes:
        uri: its URI, as the editor writes it.
        path: its absolute path, as the editor names it.
        real_path: the path with links followed.
        text: its text, which may not be saved yet.
        version: its version, which increases with each change.

    """

    uri: str
    path: str
    real_path: str
    text: str
    version: int


@dataclass(frozen=True)
class Documents:
    """All open documents at one moment.

    Attributes:
        by_path: the documents by their real paths; of two names of a file, the one opened later.
        paths: the real paths by URI.

    """

    by_path: Mapping[str, Document] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)

    @property
    def texts(self) -> dict[str, str]:
        """The text of each document, by its real path."""
        return {path: document.text for path, document in self.by_path.items()}

    def uri(self, real_path: str) -> str:
        """The URI of a file: that of its document, if it is open."""
        document = self.by_path.get(real_path)
        return document.uri if document else uri_of(real_path)

    def version(self, real_path: str) -> int | None:
        """The version of a document; ``None`` if it is not open."""
        document = self.by_path.get(real_path)
        return document.version if document else None


class OpenDocuments:
    """The documents as the client opens, changes and closes them.

    Those that are no local files are left out.
    """

    def __init__(self) -> None:
        self._by_uri: dict[str, Document] = {}

    def open(self, item: types.TextDocumentItem) -> None:
        path = path_of(item.uri)
        if path is not None:
            text = _LONE_SURROGATE.sub("\ufffd", item.text)
            document = Document(item.uri, path, os.path.realpath(path), text, item.version)
            self._by_uri[item.uri] = document

    def change(
        self,
        uri: str,
        version: int,
        changes: Iterable[types.TextDocumentContentChangeEvent],
        encoding: Encoding,
    ) -> None:
        """Apply changes, one after the other; nothing is done for an unknown document."""
        document = self._by_uri.get(uri)
        if document is None:
            return
        text = document.text
        for change in changes:
            new = _LONE_SURROGATE.sub("\ufffd", change.text)
            if isinstance(change, types.TextDocumentContentChangePartial):
                text = _changed(text, change.range, new, encoding)
            else:
                text = new
        self._by_uri[uri] = document._replace(text=text, version=version)

    def close(self, uri: str) -> None:
        self._by_uri.pop(uri, None)

    def now(self) -> Documents:
        """The documents at this moment."""
        return Documents(
            {each.real_path: each for each in self._by_uri.values()},
            {uri: each.real_path for uri, each in self._by_uri.items()},
        )


def _changed(text: str, span: types.Range, new: str, encoding: Encoding) -> str:
    first, last = sorted((span.start, span.end))
    start = _offset(text, first, encoding)
    return text[:start] + new + text[max(_offset(text, last, encoding), start) :]


def _offset(text: str, position: types.Position, encoding: Encoding) -> int:
    """The offset of a position in a text; a position behind the end of its line is that end."""
    ends = _LINE_END.finditer(text)
    start = 0
    if position.line > 0:
        before = next(islice(ends, position.line - 1, None), None)
        if before is None:
            return len(text)
        start = before.end()
    after = next(ends, None)
    line = text[start : after.start() if after else len(text)]
    return start + encoding.code_points(line, position.character)


def path_of(uri: str) -> str | None:
    """The absolute path of a local file; ``None`` if a URI does not name one (RFC 8089)."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        return None
    path = os.fsdecode(unquote_to_bytes(parts.path.encode("utf-8", "surrogatepass")))
    return os.path.normpath(path) if path.startswith("/") and "\0" not in path else None


def uri_of(path: str) -> str:
    """The URI of an absolute path."""
    return f"file://{quote(os.fsencode(path))}"
