"""Remedies: how a finding can be repaired. ``fix`` turns remedies into edits.

The directives and hosts of a remedy are not compared, because joined findings have the same
subject.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.rules.ignore_comments import IgnoreComment


@dataclass(kw_only=True, repr=False, eq=False)
class Remedy:
    """The repair of a finding.

    Attributes:
        safe: whether ``fix`` applies it without ``--unsafe``.

    """

    safe: bool = True

    # If dataclasses generated these two for each class, every start would take 2 ms longer; if they
    # were frozen, another 4 ms. No remedy is changed.
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Remedy) and self._compared() == other._compared()

    def __hash__(self) -> int:
        return hash(self._compared())

    def _compared(self) -> tuple[object, ...]:
        compared = (getattr(self, each.name) for each in fields(self) if each.compare)
        return type(self), *compared

    def merged(self, _others: Sequence[Self]) -> Self:
        """One remedy for several findings that are joined."""
        return self


@dataclass(kw_only=True, repr=False, eq=False)
class _OfDirective(Remedy):
    directive: Directive = field(compare=False)


@dataclass(kw_only=True, repr=False, eq=False)
class _OfHosts(Remedy):
    hosts: tuple[Host, ...] = field(compare=False)

    def merged(self, others: Sequence[Self]) -> Self:
        every = (host for remedy in (self, *others) for host in remedy.hosts)
        return replace(self, hosts=tuple(dict.fromkeys(every)))


@dataclass(kw_only=True, repr=False, eq=False)
class RemoveDirective(_OfDirective):
    """Remove a directive.

    Attributes:
        reason: the reason.
        for_its_value: whether the reason is the value, so that another value could stay.

    """

    reason: str
    for_its_value: bool = False


@dataclass(kw_only=True, repr=False, eq=False)
class RenameDirective(_OfDirective):
    """Correct the name of a directive.

    Attributes:
        name: the correct name.

    """

    name: str


@dataclass(kw_only=True, repr=False, eq=False)
class ReplaceWebCharacters(_OfDirective):
    """Write straight quotes and normal spaces instead of those of a web page."""


@dataclass(kw_only=True, repr=False, eq=False)
class MoveCacheToMainServer(_OfDirective):
    """Move SSLStaplingCache out of a section into the main server.

    Attributes:
        size: size for the responses of all certificates, in bytes.

    """

    size: int


@dataclass(kw_only=True, repr=False, eq=False)
class MoveOutOfSection(_OfDirective):
    """Move a directive from a section for folders, URLs or files into its host.

    Attributes:
        host: the virtual host or the main server; ``None`` to remove the directive.

    """

    host: Host | None = field(compare=False)


@dataclass(kw_only=True, repr=False, eq=False)
class MoveOutOfSiteFile(_OfDirective):
    """Move a directive of the main server from the file of a site to one that is always read.

    Attributes:
        copies: earlier directives of this name in files of sites, which would then be used.

    """

    copies: tuple[Directive, ...] = field(default=(), compare=False)


@dataclass(kw_only=True, repr=False, eq=False)
class ProvideCache(Remedy):
    """Set a cache that can hold the responses of all certificates.

    Attributes:
        directive: the SSLStaplingCache to correct; ``None`` if there is none.
        size: size for the responses of all certificates, in bytes.

    """

    directive: Directive | None = field(default=None, compare=False)
    size: int


# What fix does for TurnStapling with ``on=False``; the end of a sentence about fix.
TURNED_OFF = (
    "turns stapling off for the host: it removes the `SSLUseStapling on`, or writes "
    "`SSLUseStapling off` with the reason in a comment if the host inherits it."
)


@dataclass(kw_only=True, repr=False, eq=False)
class TurnStapling(_OfHosts):
    """Turn stapling on or off for hosts.

    Attributes:
        on: whether stapling is turned on.
        reason: the reason.

    """

    on: bool
    reason: str


@dataclass(kw_only=True, repr=False, eq=False)
class _OfChain(_OfHosts):
    """Something to do so that hosts find the issuers of their certificates themselves.

    Attributes:
        path: path of the file with the chain, as it is written in the configuration.
        reason: the reason.

    """

    path: str
    reason: str


@dataclass(kw_only=True, repr=False, eq=False)
class ProvideChain(_OfChain):
    """Set SSLCertificateChainFile."""


@dataclass(kw_only=True, repr=False, eq=False)
class ProvideCertificate(_OfChain):
    """Set SSLCertificateFile to a file with the same certificate, and its chain.

    Attributes:
        old: path of the present file, as it is written in the configuration.

    """

    old: str


@dataclass(kw_only=True, repr=False, eq=False)
class UseOwnChain(_OfChain):
    """Remove SSLCertificateChainFile, so that httpd uses the chain in the certificate file.

    ``path`` is that of the SSLCertificateChainFile.
    """


@dataclass(kw_only=True, repr=False, eq=False)
class ProvideUrl(_OfHosts):
    """Set SSLStaplingForceURL for hosts, so that they can query a responder themselves.

    Attributes:
        url: URL of the responder.
        reason: the reason.

    """

    url: str
    reason: str


@dataclass(kw_only=True, repr=False, eq=False)
class HideResponderErrors(_OfHosts):
    """Turn SSLStaplingReturnResponderErrors and SSLStaplingFakeTryLater off for hosts."""


@dataclass(kw_only=True, repr=False, eq=False)
class LoadModule(Remedy):
    """Load a module.

    Attributes:
        module: its name in LoadModule.
        reason: the reason.

    """

    module: str
    reason: str


@dataclass(kw_only=True, repr=False, eq=False)
class AskThroughProxy(Remedy):
    """Query OCSP responders through a proxy.

    Attributes:
        url: URL of the proxy.

    """

    url: str


@dataclass(kw_only=True, repr=False, eq=False)
class RemoveStapling(Remedy):
    """Remove directives, and the sections and files that become empty.

    Attributes:
        directives: the directives.

    """

    directives: tuple[Directive, ...] = field(compare=False)


@dataclass(kw_only=True, repr=False, eq=False)
class StapleByModMd(Remedy):
    """Turn MDStapling on in the main server."""


@dataclass(kw_only=True, repr=False, eq=False)
class RemoveIgnore(Remedy):
    """Remove rules from a comment that ignores them, and the comment if it ignores no others.

    Attributes:
        comment: the comment.
        words: the codes and names of the rules, as they are written in it.

    """

    comment: IgnoreComment = field(compare=False)
    words: tuple[str, ...]


@dataclass(kw_only=True, repr=False, eq=False)
class RemoveComment(Remedy):
    """Remove a comment of ``fix``.

    Attributes:
        file: the path of its file.
        line: the number of its line.
        reason: the reason.

    """

    file: str
    line: int
    reason: str
