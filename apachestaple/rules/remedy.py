"""What would repair a finding, as its rule sees it; ``fix`` merges remedies into edits.

What a remedy is about is not compared: the findings that are joined have the same subject.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Self

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Remedy:
    """What would repair a finding.

    Attributes:
        safe: whether it keeps what the site promises its clients.

    """

    safe: bool = True

    # Generated for each class, these two would take 2 ms of every start.
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Remedy) and self._compared() == other._compared()

    def __hash__(self) -> int:
        return hash(self._compared())

    def _compared(self) -> tuple[object, ...]:
        compared = (getattr(self, each.name) for each in fields(self) if each.compare)
        return type(self), *compared

    @property
    def files(self) -> Iterable[str]:
        """Real paths of the files in which it is about a directive or a section."""
        return ()

    def merged(self, _others: Sequence[Self]) -> Self:
        """One remedy for several findings that are one."""
        return self


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class _OfDirective(Remedy):
    directive: Directive = field(compare=False)

    @property
    def files(self) -> Iterable[str]:
        return (self.directive.source_file.real_path,)


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class _OfHosts(Remedy):
    hosts: tuple[Host, ...] = field(compare=False)

    @property
    def files(self) -> Iterable[str]:
        return (h.section.source_file.real_path for h in self.hosts if h.section is not None)

    def merged(self, others: Sequence[Self]) -> Self:
        every = (host for remedy in (self, *others) for host in remedy.hosts)
        return replace(self, hosts=tuple(dict.fromkeys(every)))


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class RemoveDirective(_OfDirective):
    """Remove a directive.

    Attributes:
        reason: why.
        for_its_value: whether another value would not have to go.

    """

    reason: str
    for_its_value: bool = False


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class RenameDirective(_OfDirective):
    """Correct the name of a directive.

    Attributes:
        name: the right one.

    """

    name: str


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class ReplaceWebCharacters(_OfDirective):
    """Write plain quotes and spaces instead of those of a web page."""


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class MoveCacheToMainServer(_OfDirective):
    """Move SSLStaplingCache out of a section into the main server.

    Attributes:
        size: bytes that the certificates need.

    """

    size: int


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class ProvideCache(Remedy):
    """Have a cache that holds the certificates.

    Attributes:
        directive: the SSLStaplingCache to correct; ``None`` where there is none.
        size: bytes that the certificates need.

    """

    directive: Directive | None = field(default=None, compare=False)
    size: int

    @property
    def files(self) -> Iterable[str]:
        return () if self.directive is None else (self.directive.source_file.real_path,)


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class TurnStapling(_OfHosts):
    """Have stapling on or off for hosts.

    Attributes:
        on: which.
        reason: why.

    """

    on: bool
    reason: str


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class ProvideChain(_OfHosts):
    """Set SSLCertificateChainFile for hosts, so that they find the issuers themselves.

    Attributes:
        path: of a file that the configuration names already.
        reason: why.

    """

    path: str
    reason: str


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class ProvideUrl(_OfHosts):
    """Set SSLStaplingForceURL for hosts, so that they can ask a responder themselves.

    Attributes:
        url: of the responder.
        reason: why.

    """

    url: str
    reason: str


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class HideResponderErrors(_OfHosts):
    """Turn SSLStaplingReturnResponderErrors and SSLStaplingFakeTryLater off for hosts."""


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class LoadModule(Remedy):
    """Load a module.

    Attributes:
        module: by the name that LoadModule uses.
        reason: why.

    """

    module: str
    reason: str


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class AskThroughProxy(Remedy):
    """Ask OCSP responders through a proxy.

    Attributes:
        url: of the proxy.

    """

    url: str


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class RemoveStapling(Remedy):
    """Remove directives, and what is empty without them.

    Attributes:
        directives: all of them.

    """

    directives: tuple[Directive, ...] = field(compare=False)

    @property
    def files(self) -> Iterable[str]:
        return {directive.source_file.real_path for directive in self.directives}


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class StapleByModMd(Remedy):
    """Turn MDStapling on in the main server."""
