"""A drawn configuration: hosts, what they share, and what httpd makes of both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab.ca import KeyType
    from tests.shared.wallet import Leaf

MAIN = "lab.example"
Way = Literal["inline", "file", "macro", "snippet"]


@dataclass(frozen=True)
class Profile:
    """What a host says apart from its certificates; ``None`` is what it does not say.

    ``settings`` are further directives with their arguments.
    """

    engine: bool | None = None
    stapling: bool | None = None
    chain_file: str | None = None
    ca_file: str | None = None
    ca_path: str | None = None
    force_url: str | None = None
    settings: tuple[tuple[str, str], ...] = ()

    def lines(self) -> Iterator[str]:
        """Its directives."""
        switches = {True: "on", False: "off", None: None}
        said = (
            ("SSLEngine", switches[self.engine]),
            ("SSLCertificateChainFile", self.chain_file),
            ("SSLCACertificateFile", self.ca_file),
            ("SSLCACertificatePath", self.ca_path),
            ("SSLUseStapling", switches[self.stapling]),
            ("SSLStaplingForceURL", self.force_url),
            *self.settings,
        )
        return (f"{name} {value}" for name, value in said if value is not None)

    def under(self, main: Profile) -> Profile:
        """As mod_ssl merges it with the main server's."""
        return Profile(
            engine=_own(self.engine, main.engine),
            stapling=_own(self.stapling, main.stapling),
            chain_file=self.chain_file or main.chain_file,
            ca_file=self.ca_file or main.ca_file,
            ca_path=self.ca_path or main.ca_path,
            force_url=self.force_url or main.force_url,
            settings=tuple({**dict(main.settings), **dict(self.settings)}.items()),
        )


def _own(own: bool | None, inherited: bool | None) -> bool | None:
    return inherited if own is None else own


class Named(NamedTuple):
    """A certificate as a host names it: by the file with its issuer (``full``), or without."""

    leaf: Leaf
    full: bool

    def lines(self) -> Iterator[str]:
        """Its directives."""
        yield f"SSLCertificateFile {self.leaf.file(full=self.full)}"
        yield f"SSLCertificateKeyFile {self.leaf.key_file}"


@dataclass(frozen=True)
class Host:
    """The main server, or a virtual host, with the number of its profile in the site."""

    name: str
    port: int
    certificates: tuple[Named, ...]
    profile: int
    way: Way = "inline"


@dataclass(frozen=True)
class Client:
    """Who asks a host, and takes certificates with this kind of key."""

    host: str
    port: int
    key: KeyType
    leaf: Leaf
    only_key: bool

    def __str__(self) -> str:
        return f"{self.host} ({self.leaf.name})"


@dataclass(frozen=True)
class Server:
    """What mod_ssl knows of a host with TLS, once its settings are merged.

    ``served`` has the certificate for each kind of key: the last one that is named.
    """

    name: str
    port: int
    profile: Profile
    certificates: tuple[Named, ...]

    @property
    def served(self) -> dict[KeyType, Named]:
        return {named.leaf.key: named for named in self.certificates}

    @property
    def clients(self) -> list[Client]:
        """One for each certificate."""
        served = self.served
        return [
            Client(self.name, self.port, key, named.leaf, len(served) == 1)
            for key, named in served.items()
        ]


@dataclass(frozen=True)
class Site:
    """A configuration. ``addresses`` has the ``<VirtualHost>`` address of each port."""

    main: Host
    hosts: tuple[Host, ...]
    profiles: tuple[Profile, ...]
    addresses: dict[int, str]

    def servers(self) -> list[Server]:
        """The hosts with TLS, in the order of the configuration, the main server first."""
        every = (self._merged(host) for host in (self.main, *self.hosts))
        return [server for server in every if server.profile.engine]

    def clients(self) -> list[Client]:
        """Everybody who can ask."""
        return [client for server in self.servers() for client in server.clients]

    def without(self, name: str) -> Site:
        """The same without a host."""
        return replace(self, hosts=tuple(host for host in self.hosts if host.name != name))

    def _merged(self, host: Host) -> Server:
        main = self.main
        profile = self.profiles[host.profile]
        if host is main:
            return Server(host.name, host.port, profile, host.certificates)
        # Those of the host take the places of the main server's (merge_certkeys_array).
        certificates = host.certificates + main.certificates[len(host.certificates) :]
        return Server(
            host.name, host.port, profile.under(self.profiles[main.profile]), certificates
        )
