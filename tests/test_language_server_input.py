"""Wrong and hostile messages of a client of the language server."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from apachestaple.language_server import framing
from apachestaple.language_server.documents import OpenDocuments, path_of, uri_of
from apachestaple.language_server.positions import Encoding
from tests.language_server.messages import send

# The codec and the bytes of a unit.
CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
LINES = st.lists(st.text("aé€\U0001f512\f\u2028", max_size=5), min_size=1, max_size=5)


def test_no_message_ends_the_server() -> None:
    send(200, "suite")


@given(LINES, st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(sorted(CODECS)), st.data())
def test_changes_are_made_where_the_client_makes_them(
    lines: list[str], end: str, name: str, data: st.DataObject
) -> None:
    codec, size = CODECS[name]

    def units(text: str) -> int:
        return len(text.encode(codec)) // size

    text = end.join(lines)
    offsets = sorted(data.draw(st.integers(0, len(text))) for _ in range(2))
    # The client does not divide a line ending.
    if any(text[each - 1 : each + 1] == "\r\n" for each in offsets):
        return
    before = [text[:each].replace(end, "\n") for each in offsets]
    start, stop = (
        types.Position(each.count("\n"), units(each.rpartition("\n")[2])) for each in before
    )
    documents = OpenDocuments()
    documents.open(types.TextDocumentItem("file:///a.conf", "apacheconf", 1, text))
    change = types.TextDocumentContentChangePartial(types.Range(start, stop), "new")
    documents.change("file:///a.conf", 2, [change], Encoding(name))
    (document,) = documents.now().by_path.values()
    assert document.text == f"{text[: offsets[0]]}new{text[offsets[1] :]}"
    assert document.version == 2


def test_what_is_no_message_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(framing, "LARGEST_MESSAGE", 100)
    stream = io.BytesIO(
        b"\r\nnonsense\r\nContent-Length: x\r\n\r\n{}"
        b"Content-Length: 101\r\n\r\n" + b"x" * 101 + b"content-length:2\nOther: 1\n\n{}"
        b"Content-Length: 0\r\n\r\nContent-Length: 4\r\n\r\n[]"
    )
    messages = framing.Messages(stream)
    assert [messages.readline(), messages.readline()] == [b"Content-Length: 2\r\n", b"\r\n"]
    assert messages.read(2) == b"{}"
    assert [messages.readline(), messages.readline()] == [b"Content-Length: 4\r\n", b"\r\n"]
    assert messages.read(4) == b"[]"
    assert messages.readline() == b""


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///etc/a%20b.conf", "/etc/a b.conf"),
        ("file://localhost/etc/../x", "/x"),
        ("file:///%ff", "/\udcff"),
        ("file:///%00", None),
        ("file://elsewhere/x", None),
        ("file:x", None),
        ("untitled:1", None),
        ("https://example.com/x", None),
        ("//[", None),
    ],
)
def test_only_local_files_are_read(uri: str, path: str | None) -> None:
    assert path_of(uri) == path
    assert path is None or path_of(uri_of(path)) == path
