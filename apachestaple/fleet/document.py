"""What ``lint --format json`` says about a server, as far as reports need it."""

from __future__ import annotations

import pickle
import zlib
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Certificate(NamedTuple):
    """A certificate of a host; of one that was not read, only the path is known.

    Attributes:
        path: path of the file.
        subject: the subject's distinguished name (RFC 4514).
        issuer: the issuer's distinguished name.
        responder: the URL that httpd queries.
        ends: the end of its validity, in the format of ISO 8601.

    """

    path: str
    subject: str | None
    issuer: str | None
    responder: str | None
    ends: str | None


class Host(NamedTuple):
    """A host; ``staples`` is whether clients get a staple, or ``None`` if that is unknown."""

    name: str
    configuration: str
    file: str
    line: int
    use_stapling: bool | None
    staples: bool | None
    why: str
    certificates: tuple[Certificate, ...]


class Finding(NamedTuple):
    """A finding; ``hosts`` are the names of the hosts it is about."""

    rule: str
    name: str
    severity: str
    effect: str
    message: str
    configuration: str
    file: str
    line: int
    hosts: tuple[str, ...]
    fix: str | None
    fingerprint: str


# Elements of a block, which is compressed.
BLOCK = 1000


class Configuration(NamedTuple):
    """A configuration, and the number of its files."""

    path: str
    files: int


class Document(NamedTuple):
    """The result of one run of lint on one server.

    Attributes:
        source: the file that it was read from.
        server: the name of the server.
        generated: the time of the run (ISO 8601, UTC), or an empty string.
        version: the version of apachestaple, or an empty string.
        error: why the server was not linted, or ``None``.
        configurations: the configurations.
        host_blocks: the hosts, compressed: those of 10,000 servers are in memory at once.
        finding_blocks: the findings, compressed.

    """

    source: str
    server: str
    generated: str = ""
    version: str = ""
    error: str | None = None
    configurations: tuple[Configuration, ...] = ()
    host_blocks: tuple[bytes, ...] = ()
    finding_blocks: tuple[bytes, ...] = ()

    @property
    def hosts(self) -> Iterator[Host]:
        """The hosts."""
        return chain.from_iterable(map(_unpacked, self.host_blocks))

    @property
    def findings(self) -> Iterator[Finding]:
        """The findings."""
        return chain.from_iterable(map(_unpacked, self.finding_blocks))


def packed(elements: Sequence[Host] | Sequence[Finding]) -> bytes:
    """A block of a `Document`."""
    return zlib.compress(pickle.dumps(elements, pickle.HIGHEST_PROTOCOL), 1)


def _unpacked(block: bytes) -> Any:  # noqa: ANN401  (a list of hosts or of findings)
    return pickle.loads(zlib.decompress(block))  # noqa: S301  (`packed` has made it)


class Problem(NamedTuple):
    """Why a file, or a part of it, was not read; the line is 0 if it is about the whole file."""

    path: str
    text: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        return f"{place}: {self.text}"
