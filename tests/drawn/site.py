"""What a drawn configuration consists of, and what its clients are to get."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.drawn.nodes import Line, Node, Section, drop, line

if TYPE_CHECKING:
    from tests.drawn.wallet import Ground, Leaf


@dataclass(frozen=True)
class Place:
    """Where clients connect, and the words of a <VirtualHost> that is found there."""

    address: str
    port: int
    words: tuple[str, ...]


@dataclass(eq=False)
class Host:
    """A host with TLS, and where its clients connect.

    Attributes:
        name: what clients ask for.
        address: where they connect.
        port: likewise.
        section: its <VirtualHost>; ``None`` for the main server.
        leaves: its certificates, those of the main server among them.
        by_md: whether mod_md staples for it.

    """

    name: str
    address: str
    port: int
    section: Section | None
    leaves: list[Leaf]
    by_md: bool


@dataclass(eq=False)
class Site:
    """A configuration as a tree.

    Attributes:
        ground: what it is played on.
        modules: LoadModule lines, which come first.
        body: the main server, with the sections of the hosts.
        hosts: every host that clients connect to.
        files: further files below the server root.
        links: symbolic links below it.
        without: modules that the lab is not to load.
        version: the httpd that lint is told of; ``None`` for the installed one.
        tail: what ends the main file, as it stands.
        conditions: whether it may be written into conditions on modules.

    """

    ground: Ground
    modules: list[Line] = field(default_factory=list)
    body: list[Node] = field(default_factory=list)
    hosts: list[Host] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    without: frozenset[str] = frozenset()
    version: tuple[int, int, int] | None = None
    tail: str = ""
    conditions: bool = True

    def load(self, name: str) -> None:
        """Load a module that the lab does not load itself."""
        if not any(line.words[0] == f"{name}_module" for line in self.modules):
            self.modules.append(line("LoadModule", f"{name}_module", f"modules/mod_{name}.so"))

    def body_of(self, host: Host) -> list[Node]:
        """The directives of a host."""
        return self.body if host.section is None else host.section.body

    @property
    def bodies(self) -> list[list[Node]]:
        """The directives of the main server, and those of each host."""
        return [self.body, *(host.section.body for host in self.hosts if host.section)]

    def remove(self, *names: str) -> None:
        """Take out every directive of these names, wherever a server may have it."""
        for body in self.bodies:
            drop(body, *names)

    @property
    def uses_md(self) -> bool:
        return any(line.words[0] == "md_module" for line in self.modules)
