"""Parses documents of ``lint``, of ``report``, and about servers that could not be linted.

A document of ``report`` contains those of its servers in the array ``servers``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple import __version__
from apachestaple.fleet.document import BLOCK, Document, packed
from apachestaple.fleet.elements import read_configuration, read_finding, read_host, utc
from apachestaple.fleet.json_stream import JSONStream, JSONStreamError
from apachestaple.fleet.values import ValueTypeError, a_list, an_object, text, text_or_null

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from apachestaple.fleet.document import Configuration, Finding, Host
    from apachestaple.fleet.values import Object

_OTHER = "this is not the output of apachestaple lint --format json"
_ARRAYS = ("hosts", "findings", "configurations")


def parse(source: str, read: Callable[[int], bytes]) -> Iterator[Document]:
    """The documents of a file, which follow one another.

    Raises:
        JSONStreamError: the rest of the file cannot be read.

    """
    stream = JSONStream(read)
    if not stream.next():
        stream.fail("the file is empty")
    while stream.next():
        yield from _document(source, stream)


def _document(source: str, stream: JSONStream) -> Iterator[Document]:
    if stream.next() != "{":
        stream.fail(_OTHER)
    place = stream.place()
    builder = _Builder(source)
    for name in stream.members():
        if stream.next() != "[":
            builder.values[name] = stream.value()
            continue
        builder.arrays.add(name)
        for _ in stream.elements():
            started = stream.place()
            value = stream.value()
            try:
                if name == "servers":
                    yield _of_report(source, value)
                else:
                    builder.add(name, value)
            except ValueTypeError as error:
                raise JSONStreamError(f"in {name}: {error}", *started) from None
    if "servers" in builder.arrays:
        return
    try:
        yield builder.document()
    except ValueTypeError as error:
        raise JSONStreamError(str(error), *place) from None


def _of_report(source: str, value: object) -> Document:
    builder = _Builder(source)
    builder.values = an_object(value, "a server")
    for name in _ARRAYS:
        builder.arrays.add(name)
        for each in a_list(builder.values, name):
            builder.add(name, each)
    return builder.document()


class _Builder:
    """Collects the parts of a document, which may be in any order."""

    def __init__(self, source: str) -> None:
        self._source = source
        self.values: Object = {}
        # The names of the arrays that the document has.
        self.arrays: set[str] = set()
        self._hosts: list[Host] = []
        self._host_blocks: list[bytes] = []
        self._findings: list[Finding] = []
        self._finding_blocks: list[bytes] = []
        self._configurations: list[Configuration] = []

    def add(self, name: str, value: object) -> None:
        """Add an element of an array; raises ValueTypeError."""
        if name == "hosts":
            self._hosts.append(read_host(value))
            if len(self._hosts) == BLOCK:
                self._host_blocks.append(packed(self._hosts))
                self._hosts.clear()
        elif name == "findings":
            self._findings.append(read_finding(value))
            if len(self._findings) == BLOCK:
                self._finding_blocks.append(packed(self._findings))
                self._findings.clear()
        elif name == "configurations":
            self._configurations.append(read_configuration(value))

    def document(self) -> Document:
        """The document; raises ValueTypeError."""
        values = self.values
        if "server" not in values or not values.keys() & {"error", "apachestaple", "generated"}:
            raise ValueTypeError(_OTHER)
        server = text(values, "server")
        if not server:
            raise ValueTypeError("server must not be empty")
        generated = text_or_null(values, "generated")
        version = text_or_null(values, "apachestaple") or ""
        error = text_or_null(values, "error")
        if error is None:
            missing = [name for name in _ARRAYS if name not in self.arrays]
            missing += [] if generated else ["generated"]
            if missing:
                writer = f"; apachestaple {version} wrote it" if version != __version__ else ""
                raise ValueTypeError(f"{missing[0]} is missing{writer}")
        return Document(
            self._source,
            server,
            generated="" if generated is None else utc(generated),
            version=version,
            error=error,
            configurations=tuple(self._configurations),
            host_blocks=(*self._host_blocks, packed(self._hosts)),
            finding_blocks=(*self._finding_blocks, packed(self._findings)),
        )
