"""What a host looks up in the whole server."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.records import StaplingRecord


class Lookups(NamedTuple):
    """Functions of the server that its hosts share.

    Attributes:
        certificates: reads the certificates of a host.
        record: returns mod_ssl's record of a leaf, made by any host.
        mod_md_has: returns whether mod_md queries a responder about a leaf, for any host.
        has_upgrades: returns whether this version of httpd supports ``SSLEngine optional``. It is
            only called if a host has that setting, because the version takes time.

    """

    certificates: Callable[[Host], tuple[HostCertificate, ...]] = lambda _: ()
    record: Callable[[Certificate], StaplingRecord | None] = lambda _: None
    mod_md_has: Callable[[Certificate], bool] = lambda _: False
    has_upgrades: Callable[[], bool] = lambda: False


NO_LOOKUPS = Lookups()


def end_lookups(hosts: Iterable[Host]) -> None:
    """End the use of a server. Its memory is free at once if its hosts do not refer to it."""
    for host in hosts:
        host.lookups = NO_LOOKUPS
