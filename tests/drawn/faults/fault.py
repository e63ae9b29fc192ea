"""What a fault is, and the parts of a configuration that it can be put into."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, TypeAlias

from tests.drawn.nodes import Node, Section, Text, drop, line, named
from tests.drawn.site import Host, Site
from tests.drawn.wallet import Leaf

if TYPE_CHECKING:
    from tests.lab.ca import KeyType


@dataclass(frozen=True)
class Fault:
    """A fault that was put into a configuration.

    Attributes:
        about: the hosts whose clients notice; the others staple as before.
        key: of a host with several certificates, the kind of key of the one that is meant.
        masked: why httpd does not show the effect in this configuration, though it might.

    """

    about: tuple[Host, ...] = ()
    key: KeyType | None = None
    masked: str = ""


# Puts a fault into a site, or returns None where there is no room for it.
Inject: TypeAlias = Callable[[Random, Site], Fault | None]

FAULTS: dict[str, list[Inject]] = {}


def of(code: str) -> Callable[[Inject], Inject]:
    """Register a fault that this rule is to name."""

    def register(inject: Inject) -> Inject:
        FAULTS.setdefault(code, []).append(inject)
        return inject

    return register


def a_host(random: Random, site: Site) -> Host | None:
    """A virtual host that mod_ssl staples for."""
    hosts = [host for host in site.hosts if host.section is not None and not host.by_md]
    return random.choice(hosts) if hosts else None


def some_body(random: Random, site: Site) -> list[Node]:
    """The main server's directives, or those of a virtual host."""
    return random.choice(site.bodies)


def insert(random: Random, body: list[Node], node: Node) -> None:
    """Put it somewhere into ``body``."""
    body.insert(random.randint(0, len(body)), node)


def a_section(random: Random, body: list[Node]) -> Section:
    """A section for folders, URLs or files, now in ``body``."""
    name, words = random.choice(
        (
            ("Directory", ["/srv/www"]),
            ("Location", ["/private"]),
            ("LocationMatch", ["^/a"]),
            ("Files", ["*.html"]),
            ("DirectoryMatch", ["^/srv/[a-z]+$"]),
        )
    )
    section = Section(name, words, [line("Require", "all", "granted")])
    insert(random, body, section)
    return section


def forces(site: Site, host: Host) -> bool:
    """Whether SSLStaplingForceURL holds for a host."""
    bodies = (site.body, site.body_of(host))
    return any(named(body, "SSLStaplingForceURL") for body in bodies)


def give(site: Site, host: Host, name: str, *, key: str = "") -> None:
    """Let a certificate of the lab be the only one of a host's own."""
    body = site.body_of(host)
    drop(body, "SSLCertificateFile", "SSLCertificateKeyFile", "SSLCertificateChainFile")
    drop(body, "SSLCACertificateFile", "SSLCACertificatePath", "SSLStaplingForceURL")
    body += [
        line("SSLCertificateFile", f"certs/{name}.pem"),
        line("SSLCertificateKeyFile", f"certs/{key or name}.key"),
    ]
    del host.leaves[1:]


def give_another(site: Site, host: Host, name: str) -> None:
    """Let a host have a good RSA certificate, and one of the lab for ECDSA beside it."""
    give(site, host, "rsa")
    site.body_of(host).extend(
        (
            line("SSLCertificateFile", f"certs/{name}.pem"),
            line("SSLCertificateKeyFile", f"certs/{name}.key"),
        )
    )
    host.leaves[:] = [Leaf("rsa", key="rsa"), Leaf(name)]


def shared(site: Site, host: Host) -> str:
    """Why a fault of the responder may not show: a response serves all hosts of a certificate."""
    own = {leaf.name for leaf in host.leaves}
    others = {leaf.name for other in site.hosts if other is not host for leaf in other.leaves}
    return "another host's response is in the cache" if own & others else ""


def raw(text: str) -> Text:
    """Lines as they stand."""
    return Text(text if text.endswith("\n") else text + "\n")


def given(random: Random, site: Site, *names: str, key: str = "") -> Host | None:
    """A host that now has one of these certificates."""
    host = a_host(random, site)
    if host is not None:
        give(site, host, random.choice(names), key=key)
    return host


def beside_a_good_one(random: Random, site: Site, *names: str) -> Fault | None:
    """A host that has one of these certificates beside a good one, and their own URIs count."""
    host = a_host(random, site)
    if host is None or forces(site, host):
        return None
    give_another(site, host, random.choice(names))
    return Fault(about=(host,), key="ecdsa")


def about(host: Host | None) -> Fault | None:
    return Fault(about=(host,)) if host else None


def unforced(random: Random, site: Site, *names: str) -> Fault | None:
    """A host that now has one of these certificates, whose own URI counts."""
    host = given(random, site, *names)
    return None if host is None or forces(site, host) else Fault(about=(host,))
