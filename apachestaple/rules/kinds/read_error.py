"""Rules about errors of the configuration language."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from apachestaple.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

    from apachestaple.httpd.configuration import ErrorKind, ReadError
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class ReadErrorRule(Rule, is_kind=True):
    """A rule about errors of the reader of its ``kinds``."""

    kinds: ClassVar[frozenset[ErrorKind]]

    @classmethod
    def findings(cls, rules: Sequence[Self], site: Site) -> Iterator[Finding]:
        for rule in rules:
            for error in site.configuration.errors:
                if error.kind in rule.kinds:
                    yield from rule.check(error, site)

    @abstractmethod
    def check(self, error: ReadError, site: Site) -> Iterator[Finding]:
        """Findings about one error."""
