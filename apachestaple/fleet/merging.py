"""Decides which documents of a server count."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from apachestaple.fleet.document import Configuration, Document, Finding, Host

# After every time: an error without a time is about now.
_NOW = "~"


class Server(NamedTuple):
    """A server; ``error`` is why it was not linted, and there are no documents then."""

    name: str
    documents: tuple[Document, ...]
    error: str | None = None

    @property
    def generated(self) -> str:
        """The time of the latest run of lint, or an empty string."""
        return max((document.generated for document in self.documents), default="")

    @property
    def configurations(self) -> list[Configuration]:
        """The configurations of all documents."""
        return [each for document in self.documents for each in document.configurations]

    @property
    def hosts(self) -> Iterator[Host]:
        """The hosts of all documents."""
        return (host for document in self.documents for host in document.hosts)

    @property
    def findings(self) -> Iterator[Finding]:
        """The findings of all documents."""
        return (finding for document in self.documents for finding in document.findings)


class Merged(NamedTuple):
    """The servers by name, and the documents that do not count because there are later ones."""

    servers: tuple[Server, ...]
    outdated: tuple[tuple[Document, Document], ...]


def merged(documents: Iterable[Document]) -> Merged:
    """Of documents about the same configuration of a server, only the latest counts.

    The documents of different configurations of a server are parts of it.
    """
    by_server: dict[str, list[Document]] = {}
    for document in documents:
        by_server.setdefault(document.server, []).append(document)
    outdated: list[tuple[Document, Document]] = []
    servers = [_server(name, own, outdated) for name, own in sorted(by_server.items())]
    return Merged(tuple(servers), tuple(outdated))


def _server(
    name: str, documents: Sequence[Document], outdated: list[tuple[Document, Document]]
) -> Server:
    """A server; adds pairs of an outdated and a later document."""
    latest = sorted(documents, key=lambda one: one.generated or _NOW, reverse=True)
    kept: dict[str, Document] = {}
    error = latest[0].error
    for document in latest:
        is_whole = error is not None or document.error is not None
        paths = [one.path for one in document.configurations] or [""]
        later = latest[0] if is_whole else next((kept[p] for p in paths if p in kept), None)
        if later is None:
            kept.update(dict.fromkeys(paths, document))
        elif later is not document:
            outdated.append((document, later))
    return Server(name, tuple(dict.fromkeys(kept.values())), error)
