"""Rules about a stapling setting and the hosts that use it."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from apachestaple.mod_ssl.commands import COMMANDS
from apachestaple.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class SettingRule(Rule, is_kind=True):
    """A rule about one directive, and the hosts that query responders with it.

    Hosts that do not query responders have other findings.

    Attributes:
        setting: the name of the directive.

    """

    setting: ClassVar[str]

    @classmethod
    def findings(cls, rules: Sequence[Self], site: Site) -> Iterator[Finding]:
        keys = {rule.setting.lower() for rule in rules}
        inherited = keys & site.main.own.keys()
        in_force: dict[Directive, list[Host]] = {}
        # Most hosts have the same few settings.
        wanted: dict[tuple[str, ...], set[str]] = {}
        for host in site.hosts:
            own = tuple(host.own)
            if own not in wanted:
                wanted[own] = inherited | (keys & host.own.keys())
            if not wanted[own] or not host.staples or not host.asks_responders:
                continue
            for key in wanted[own]:
                directive = host.setting(key)
                if directive is not None:
                    in_force.setdefault(directive, []).append(host)
        for directive, hosts in in_force.items():
            if COMMANDS[directive.key].problem(directive.arguments) is not None:
                # httpd rejects the directive, which another rule reports.
                continue
            for rule in rules:
                if rule.setting.lower() == directive.key:
                    yield from rule.check(directive, hosts, site)

    @abstractmethod
    def check(self, directive: Directive, hosts: Sequence[Host], site: Site) -> Iterator[Finding]:
        """Findings about one directive."""
