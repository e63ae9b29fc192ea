"""AS111."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.rules.finding import Effect, Finding, Repair, Severity
from apachestaple.rules.rule import CACHE, Example, HostRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site


class NothingCached(HostRule):
    """Good responses are not kept at all.

    With SSLStaplingStandardCacheTimeout 0 a response has expired when it is stored, so each
    handshake asks the responder.
    """

    code = "AS111"
    severity = Severity.WARNING
    effect = Effect.EVICTS_STAPLES
    settings = frozenset({"sslstaplingstandardcachetimeout"})
    repair = Repair.SAFE
    bad = Example(CACHE + tls_host("SSLUseStapling on", "SSLStaplingStandardCacheTimeout 0"))
    good = Example(CACHE + tls_host("SSLUseStapling on", "SSLStaplingStandardCacheTimeout 3600"))

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        """Hosts with stapling; what only reads as 0 is said by another rule."""
        directive = host.setting("SSLStaplingStandardCacheTimeout")
        if directive is None or not host.staples or not first_argument(directive).isdigit():
            return
        if host.seconds("SSLStaplingStandardCacheTimeout") == 0:
            yield self.finding(
                directive.place,
                "with a timeout of 0 no response is kept, and each handshake asks the responder",
                "Remove the line; the default is 3600 seconds.",
                host=host,
            )
