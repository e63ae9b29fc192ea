"""Rules about hosts, with TLS or without."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from apachestaple.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class HostRule(Rule, is_kind=True):
    """A rule about the main server and every virtual host.

    Attributes:
        settings: directives, in lower case, of which a host must have at least one; empty for
            every host.
        tls: whether a host must have TLS; ``None`` for both.
        staples: whether a host must have mod_ssl's stapling; ``None`` for both.

    """

    rank = 1
    settings: ClassVar[frozenset[str]] = frozenset()
    tls: ClassVar[bool | None] = None
    staples: ClassVar[bool | None] = None

    @classmethod
    def findings(cls, rules: Sequence[Self], site: Site) -> Iterator[Finding]:
        # Most hosts are alike in this.
        asking: dict[tuple[object, ...], list[Self]] = {}
        for host in site.hosts:
            section = host.section
            alike = (
                tuple(host.own),
                section and section.raw,
                host.server_name[1],
                host.ssl_engine,
                host.is_tls,
                host.staples,
                not host.own_certificates,
                not host.overridden,
                not host.managed,
                section is None or section.parent is None,
            )
            if alike not in asking:
                asking[alike] = [rule for rule in rules if rule.asks_for(host, site)]
            for rule in asking[alike]:
                yield from rule.check(host, site)

    @classmethod
    def asks_for(cls, host: Host, site: Site) -> bool:
        """Whether it checks hosts like this one.

        They have the same directives, addresses and port in ServerName, and the same TLS and
        stapling. Either all or none of them have own certificates, overridden directives, managed
        domains, and a section around their own.
        """
        settings = site.main.own.keys() | host.own.keys()
        return (
            (not cls.settings or not settings.isdisjoint(cls.settings))
            and cls.tls in (None, host.is_tls)
            and cls.staples in (None, host.staples)
        )

    @abstractmethod
    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        """Findings about one host."""
