"""Rules about comments that ignore rules."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from apachestaple.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding
    from apachestaple.rules.ignore_comments import IgnoreComment


class IgnoreCommentRule(Rule, is_kind=True):
    """A rule about a comment. Lint calls it after all other rules, whose findings it needs."""

    @classmethod
    def findings(cls, _rules: Sequence[Self], _site: Site) -> Iterator[Finding]:
        return iter(())

    @abstractmethod
    def check(self, comment: IgnoreComment, unused: Sequence[str]) -> Iterator[Finding]:
        """Findings about a comment, of whose words the ``unused`` ones ignore no finding."""
