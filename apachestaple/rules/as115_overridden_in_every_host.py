"""AS115."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, Example, ServerRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.site import Site


_HOST = tls_host("SSLUseStapling off")


class OverriddenInEveryHost(ServerRule):
    """A setting of the main server is overridden in every host with TLS."""

    code = "AS115"
    severity = Severity.INFO
    effect = Effect.IGNORED
    needs_whole = True
    bad = Example(CACHE + "SSLUseStapling on\n" + _HOST, as_if=CACHE + _HOST)
    good = Example(CACHE + "SSLUseStapling on\n" + tls_host())

    def check(self, site: Site) -> Iterator[Finding]:
        """The main server's settings that no host inherits."""
        if not site.tls_hosts or site.main.is_tls or not site.has_mod_ssl:
            return
        for key, directive in site.main.own.items():
            if key in STAPLING_DIRECTIVES and all(key in host.own for host in site.tls_hosts):
                yield self.finding(
                    directive.place,
                    f"every host with TLS has a {STAPLING_DIRECTIVES[key].name} of its own",
                    "Remove it here, or there.",
                )
