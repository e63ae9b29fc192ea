"""Rules about single directives."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from apachestaple.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class DirectiveRule(Rule, is_kind=True):
    """Is handed each of mod_ssl's directives in effect.

    Attributes:
        names: the only ones that it wants, in lower case; ``None`` for all.
        by_text: whether it looks at name and arguments alone: of many directives that are written
            alike, one without a finding stands for all.

    """

    names: ClassVar[frozenset[str] | None] = None
    by_text: ClassVar[bool] = False

    @classmethod
    def asks_for(cls, key: str) -> bool:
        """Whether it wants directives of a name, in lower case."""
        return cls.names is None or key in cls.names

    @classmethod
    def findings(cls, rules: Sequence[Self], site: Site) -> Iterator[Finding]:
        by_name: dict[str, list[Self]] = {}
        # By name and arguments as they are written: what is left to ask once one was looked at.
        by_text: dict[tuple[str, str], list[Self]] = {}
        for directive in site.ssl_directives:
            written = directive.name, directive.raw
            asking = by_text.get(written)
            if asking is not None:
                for rule in asking:
                    yield from rule.check(directive, site)
                continue
            key = directive.key
            if key not in by_name:
                by_name[key] = [rule for rule in rules if rule.asks_for(key)]
            asking = by_text[written] = []
            for rule in by_name[key]:
                found = list(rule.check(directive, site))
                if found or not rule.by_text:
                    asking.append(rule)
                yield from found

    @abstractmethod
    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        """Findings about one directive."""
