"""The directives of a configuration with a name like those of mod_ssl."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.lazy import lazy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.httpd.configuration import Directive


class SameName:
    """Directives with the same name.

    Attributes:
        all: in the order of the configuration.
        elsewhere: the same without nearly all that are directly in a virtual host.

    """

    def __init__(self) -> None:
        self.all: list[Directive] = []
        self.elsewhere: list[Directive] = []

    @lazy
    def by_text(self) -> dict[tuple[str, str], Directive]:
        """One for each spelling of the name with each text of the arguments."""
        return {(directive.name, directive.raw): directive for directive in self.all}


class SslDirectives:
    """Directives with a name like those of mod_ssl; the name may be misspelt.

    Attributes:
        all: in the order of the configuration.
        by_name: by their names in lower case.

    """

    def __init__(self) -> None:
        self.all: list[Directive] = []
        self.by_name: dict[str, SameName] = {}

    def with_name(self, key: str) -> SameName:
        """Those with a name in lower case, which may be added."""
        return self.by_name.setdefault(key, SameName())

    def of_section(self, section: Directive) -> Sequence[Directive]:
        """The directives of mod_ssl directly in a section."""
        return self._by_section.get(id(section), ())

    @lazy
    def _by_section(self) -> dict[int, list[Directive]]:
        found: dict[int, list[Directive]] = {}
        for directive in self.all:
            if directive.parent is not None and directive.key.startswith("ssl"):
                found.setdefault(id(directive.parent), []).append(directive)
        return found
