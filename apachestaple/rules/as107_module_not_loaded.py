"""AS107."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.loadable import is_loadable
from apachestaple.mod_ssl.directives import SSL_NAMES
from apachestaple.rules.finding import Effect, Finding, Repair, Severity
from apachestaple.rules.rule import Example, ServerRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.site import Site


class ModuleNotLoaded(ServerRule):
    """Directives of mod_ssl without mod_ssl.

    Without its module a directive is unknown.
    """

    code = "AS107"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    repair = Repair.SAFE
    needs_whole = True
    bad = Example(
        "SSLUseStapling off\n", without=frozenset({"ssl_module"}), rejection="Invalid command"
    )
    good = Example("SSLUseStapling off\n")

    def check(self, site: Site) -> Iterator[Finding]:
        """The first directive, where mod_ssl is not loaded."""
        if site.has_mod_ssl:
            return
        first = next((d for d in site.configuration.directives if d.key in SSL_NAMES), None)
        if first is not None:
            yield self.finding(
                first.place,
                f"{first.name} belongs to mod_ssl, which is not loaded",
                "Load it (a2enmod ssl, or LoadModule ssl_module), or put the directive into "
                "<IfModule ssl_module>.",
                repairable=is_loadable(site.configuration, "ssl_module"),
            )
