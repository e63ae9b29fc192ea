"""AS102."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, DirectiveRule, Example, tls_host
from apachestaple.tls.directives import STAPLING_DIRECTIVES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.tls.site import Site


class MisplacedDirective(DirectiveRule):
    """A stapling directive stands in a section for folders, URLs or files.

    mod_ssl's stapling is a setting of a server: it may stand in the main server or in a
    <VirtualHost>, and nowhere else.
    """

    code = "AS102"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    names = frozenset(STAPLING_DIRECTIVES) - {"sslstaplingcache"}
    bad = Example(
        CACHE + "<Directory />\n    SSLUseStapling on\n</Directory>\n" + tls_host(),
        rejection="not allowed",
    )
    good = Example(CACHE + "SSLUseStapling on\n" + tls_host())

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        """Every one in such a section."""
        if directive.parent is None or not site.is_misplaced(directive):
            return
        yield self.finding(
            directive.place,
            f"{directive.name} is not allowed in {directive.parent.name}>",
            "Move it into the <VirtualHost>, or into the main server.",
        )
