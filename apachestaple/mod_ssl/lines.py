"""The lines that are in force for hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.lazy import lazy
from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host


class Lines:
    """The lines of directives, as they are written.

    One line can be several directives in effect: in a file that several hosts include or that has
    several links, and in a macro.
    """

    def __init__(self, directives: Iterable[Directive | None]) -> None:
        # By path, so that each is kept once.
        self._directives = {(each.file, each.line): each for each in directives if each is not None}

    def __contains__(self, directive: Directive) -> bool:
        """Whether the line of a directive is among them."""
        if (directive.file, directive.line) in self._directives:
            return True
        return (directive.source_file.real_path, directive.line) in self._by_real_path

    @lazy
    def _by_real_path(self) -> set[tuple[str, int]]:
        return {(d.source_file.real_path, d.line) for d in self._directives.values()}


class LinesInForce:
    """The lines that are in force for at least one of some hosts, by what they are about."""

    def __init__(self, main: Host, hosts: Sequence[Host], tls_hosts: Sequence[Host]) -> None:
        self._main = main
        self._hosts = hosts
        self._tls_hosts = tls_hosts

    @lazy
    def stapling(self) -> Lines:
        """Stapling directives of any host."""
        return _own_lines(self._hosts)

    @lazy
    def of_virtual_hosts(self) -> Lines:
        """Stapling directives of virtual hosts."""
        return _own_lines(host for host in self._hosts if not host.is_main)

    @lazy
    def of_stapling_hosts(self) -> Lines:
        """Stapling directives of hosts that staple, and then also those of the main server."""
        staple = [host for host in self._tls_hosts if host.staples]
        return _own_lines([self._main, *staple] if staple else [])

    @lazy
    def switches_of_tls_hosts(self) -> Lines:
        """SSLUseStapling of hosts with TLS."""
        return Lines(host.setting("SSLUseStapling") for host in self._tls_hosts)

    @lazy
    def switches_of_stapling_hosts(self) -> Lines:
        """SSLUseStapling of hosts for which mod_ssl staples."""
        return Lines(host.setting("SSLUseStapling") for host in self._tls_hosts if host.staples)

    @lazy
    def certificates(self) -> Lines:
        """Certificates that are served."""
        return Lines(each.directive for host in self._tls_hosts for each in host.served)


def _own_lines(hosts: Iterable[Host]) -> Lines:
    own = (directive for host in hosts for directive in host.own.values())
    return Lines(directive for directive in own if directive.key in STAPLING_DIRECTIVES)
