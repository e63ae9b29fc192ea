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
    """A rule about directives of mod_ssl that are in effect.

    Attributes:
        names: the names of the directives that it checks, in lower case; ``None`` for all.
        by_text: whether it only checks name and arguments. If a directive has no finding, others
            with the same text are not checked.

    """

    names: ClassVar[frozenset[str] | None] = None
    by_text: ClassVar[bool] = False

    @classmethod
    def asks_for(cls, key: str) -> bool:
        """Whether it checks directives with a name, which is in lower case."""
        return cls.names is None or key in cls.names

    @classmethod
    def findings(cls, rules: Sequence[Self], site: Site) -> Iterator[Finding]:
        by_name: dict[str, list[Self]] = {}
        # By name and arguments: the rules that must still check further directives with this text.
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
