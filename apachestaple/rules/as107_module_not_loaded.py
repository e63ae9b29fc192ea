"""AS107."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.loadable import why_not_loadable
from apachestaple.mod_ssl.commands import COMMANDS
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.server import ServerRule
from apachestaple.rules.remedy import LoadModule
from apachestaple.rules.rule import FIXED, Example
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class ModuleNotLoaded(ServerRule):
    """The configuration has directives of mod_ssl, but mod_ssl is not loaded.

    httpd rejects a directive whose module is not loaded. This also applies to a directive whose
    value would change nothing, such as `SSLUseStapling off`.
    """

    code = "AS107"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    fix = Fix.SAFE
    needs_whole = True
    message = "{written} needs mod_ssl, which is not loaded"
    help = {
        "": "Load the module (a2enmod ssl, or LoadModule ssl_module), or move the directive into "
        "<IfModule ssl_module>.",
        "not-loadable": "Load the module ({problem}), or move the directive into "
        "<IfModule ssl_module>.",
    }
    repair = (
        "`fix` loads mod_ssl if the module is installed: on Debian with the links that `a2enmod` "
        "makes, else with a LoadModule. If it is not installed, `fix` changes nothing."
    )
    bad = (
        Example(
            "SSLUseStapling off\n",
            without=frozenset({"ssl_module"}),
            rejection="Invalid command",
        ),
    )
    good = (FIXED, Example("<IfModule ssl_module>\nSSLUseStapling off\n</IfModule>\n"))

    def check(self, site: Site) -> Iterator[Finding]:
        if site.has_mod_ssl:
            return
        first = next((d for d in site.configuration.directives if d.key in COMMANDS), None)
        if first is None:
            return
        problem = why_not_loadable(site.configuration, "ssl_module")
        reason = f"{first.name} needs mod_ssl"
        yield self.finding(
            directive_subject(first),
            variant="not-loadable" if problem else "",
            remedy=None if problem else LoadModule(module="ssl_module", reason=reason),
            written=first.name,
            problem=problem,
        )
