"""AS102."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.server import ServerRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class MisplacedDirective(ServerRule):
    """A stapling directive stands in a section for folders, URLs or files.

    Stapling is a setting of a server. httpd accepts its directives in the main server and in a
    <VirtualHost>, and rejects them in <Directory>, <Location>, <Files>, <If> and the like.
    """

    code = "AS102"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    message = "{written} is not allowed in {section}>"
    help = "Move it into the <VirtualHost>, or into the main server."
    bad = (
        Example(
            CACHE + "<Directory />\n    SSLUseStapling on\n</Directory>\n" + tls_host(),
            rejection="not allowed",
        ),
        Example(
            CACHE + tls_host("<Location />", "SSLUseStapling on", "</Location>"),
            rejection="not allowed",
        ),
    )
    good = (Example(CACHE + "SSLUseStapling on\n" + tls_host()),)

    def check(self, site: Site) -> Iterator[Finding]:
        for directive in site.misplaced:
            section = directive.parent
            if section is not None and directive.key != "sslstaplingcache":
                yield self.finding(
                    directive_subject(directive), written=directive.name, section=section.name
                )
