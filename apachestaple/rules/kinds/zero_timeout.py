"""Rules about a timeout of 0."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.rules.kinds.setting import SettingRule
from apachestaple.rules.remedy import RemoveDirective
from apachestaple.rules.subject import value_subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Effect, Finding


class ZeroTimeoutRule(SettingRule):
    """A rule about a setting in seconds that httpd reads as 0: `0`, or what is not a number.

    Attributes:
        reason: why the directive should be removed.

    """

    reason: ClassVar[str]

    def check(self, directive: Directive, hosts: Sequence[Host], site: Site) -> Iterator[Finding]:
        written = first_argument(directive)
        del site
        if hosts[0].seconds(self.setting) != 0:
            return
        variant = "" if not written.strip("0") else "not-a-number"
        by_effect: dict[Effect, list[Host]] = {}
        for host in hosts:
            by_effect.setdefault(self.effect_in(host), []).append(host)
        remedy = RemoveDirective(directive=directive, reason=self.reason, for_its_value=True)
        for effect, concerned in by_effect.items():
            yield self.finding(
                value_subject(directive),
                variant=variant,
                hosts=concerned,
                effect=effect,
                remedy=remedy,
                written=written,
            )

    def effect_in(self, host: Host) -> Effect:
        """The effect on clients of a host."""
        del host
        return self.effect
