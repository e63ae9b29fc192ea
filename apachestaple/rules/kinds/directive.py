"""Rules about single directives."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from apachestaple.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Self

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.mod_ssl.ssl_directives import SameName
    from apachestaple.rules.finding import Finding


class DirectiveRule(Rule, is_kind=True):
    """A rule about directives of mod_ssl that are in effect.

    Attributes:
        names: the names of the directives that it checks, in lower case; ``None`` for all.
        by_text: whether it only checks name and arguments. If a directive has no finding, others
            with the same text have none either.

    """

    names: ClassVar[frozenset[str] | None] = None
    by_text: ClassVar[bool] = False

    def asks_for(self, key: str, site: Site) -> bool:
        """Whether it checks the directives of a site with a name, which is in lower case."""
        del site
        return self.names is None or key in self.names

    @classmethod
    def findings(cls, rules: Sequence[Self], site: Site) -> Iterator[Finding]:
        for key, directives in site.ssl_directives.by_name.items():
            for rule in rules:
                if rule.asks_for(key, site):
                    for directive in rule.selected(directives, site):
                        yield from rule.check(directive, site)

    def selected(self, directives: SameName, site: Site) -> Iterable[Directive]:
        """Those of the directives with one name for which `check` may have findings."""
        if not self.by_text:
            return directives.all
        texts = {
            text
            for text, directive in directives.by_text.items()
            if next(self.check(directive, site), None) is not None
        }
        return [each for each in directives.all if (each.name, each.raw) in texts] if texts else ()

    @abstractmethod
    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        """Findings about one directive."""
