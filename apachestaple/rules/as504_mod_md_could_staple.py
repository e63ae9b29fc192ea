"""AS504."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.directives import MOD_MD_STAPLES_SINCE
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, Example, ServerRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.site import Site


_MOD_MD = "LoadModule md_module modules/mod_md.so\n"


class ModMdCouldStaple(ServerRule):
    """mod_md is loaded, and mod_ssl staples.

    With MDStapling on, mod_md fetches responses in the background and renews them ahead of time: no
    handshake waits for a responder, a responder's error is never stapled, and no cache has to be
    sized. It staples for certificates from elsewhere, too (MDStapleOthers).
    """

    code = "AS504"
    severity = Severity.INFO
    effect = Effect.ADVICE
    needs_whole = True
    bad = Example(_MOD_MD + CACHE + tls_host("SSLUseStapling on"))
    good = Example(_MOD_MD + "MDStapling on\n" + tls_host())

    def check(self, site: Site) -> Iterator[Finding]:
        """At the first SSLUseStapling, unless a host has a ForceURL, which mod_md does not know."""
        configuration = site.configuration
        if not site.stapling_hosts or not configuration.has_module("md_module"):
            return
        if configuration.version() < MOD_MD_STAPLES_SINCE:
            return
        if any(host.force_url for host in site.stapling_hosts):
            return
        switch = site.stapling_hosts[0].setting("SSLUseStapling")
        if switch is not None:
            yield self.finding(
                switch.place,
                "mod_md is loaded and could staple without keeping handshakes waiting",
                "Set MDStapling on in the main server, and remove SSLUseStapling and the cache.",
            )
