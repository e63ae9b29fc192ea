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

    """

    settings: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def findings(cls, rules: Sequence[Self], site: Site) -> Iterator[Finding]:
        inherited = site.main.own.keys()
        # Most hosts have the same few settings.
        asking: dict[tuple[str, ...], list[Self]] = {}
        for host in site.hosts:
            own = tuple(host.own)
            if own not in asking:
                known = inherited | host.own.keys()
                asking[own] = [
                    rule
                    for rule in rules
                    if not rule.settings or not known.isdisjoint(rule.settings)
                ]
            for rule in asking[own]:
                yield from rule.check(host, site)

    @abstractmethod
    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        """Findings about one host."""
