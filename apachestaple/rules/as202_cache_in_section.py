"""AS202."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.cache import parse_cache
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.rules.cache_remedy import new_cache
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.server import ServerRule
from apachestaple.rules.remedy import MoveCacheToMainServer
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding
    from apachestaple.rules.remedy import Remedy


class CacheInSection(ServerRule):
    """SSLStaplingCache is inside of a section.

    The server has one cache, and httpd only accepts the directive in the main server. Four of ten
    published snippets put it into a `<VirtualHost>`.
    """

    code = "AS202"
    benchmark = "CIS 7.11"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    holds_for_any_value = True
    fix = Fix.SAFE
    message = "SSLStaplingCache is not allowed in {section}>"
    help = {
        "": "Move it into the main server, outside of every section.",
        "fragment": "Move it into the main server, which is not in the files that were read.",
        "not-loadable": "Move it into the main server, outside of every section, and load the "
        "module of its provider ({problem}).",
    }
    repair = (
        "`fix` removes the line, and sets SSLStaplingCache in the main server, with a size for "
        "the responses of all certificates: next to other stapling directives, or in a file of "
        "its own, such as `conf-available/ocsp-stapling.conf` on Debian."
    )
    bad = (
        Example(
            tls_host("SSLUseStapling on", "SSLStaplingCache shmcb:logs/stapling(131072)"),
            rejection="cannot occur within|not allowed",
        ),
        Example(
            CACHE + "<Directory />\n    SSLStaplingCache shmcb:logs/x\n</Directory>\n" + tls_host(),
            rejection="cannot occur within|not allowed",
        ),
    )
    good = (FIXED, Example(CACHE + tls_host("SSLUseStapling on")))

    def check(self, site: Site) -> Iterator[Finding]:
        for directive in site.misplaced:
            if directive.parent is None or directive.key != "sslstaplingcache":
                continue
            variant, remedy, problem = _remedy(directive, site)
            yield self.finding(
                directive_subject(directive),
                variant=variant,
                remedy=remedy,
                section=directive.parent.name,
                problem=problem,
            )


def _remedy(directive: Directive, site: Site) -> tuple[str, Remedy | None, str | None]:
    """The variant of the help, the remedy, and why there is none."""
    if not site.configuration.whole:
        return "fragment", None, None
    size = site.needed_cache_size(parse_cache(first_argument(directive)))
    move = MoveCacheToMainServer(directive=directive, size=size)
    if site.caches:
        return "", move, None
    remedy, problem = new_cache(move, site)
    return "not-loadable" if problem else "", remedy, problem
