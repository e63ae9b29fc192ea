"""Rules about the server as a whole."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from apachestaple.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class ServerRule(Rule, is_kind=True):
    """A rule about the whole site."""

    rank = 1

    @classmethod
    def findings(cls, rules: Sequence[Self], site: Site) -> Iterator[Finding]:
        for rule in rules:
            yield from rule.check(site)

    @abstractmethod
    def check(self, site: Site) -> Iterator[Finding]:
        """Findings about the server."""
