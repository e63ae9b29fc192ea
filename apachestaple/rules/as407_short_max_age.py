"""AS407."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Confidence, Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, Example, HostRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site


# CA/Browser Forum Baseline Requirements, 4.9.10: a response may live for so long. Seconds.
_LONGEST_LIFE = 10 * 24 * 3600


class ShortMaxAge(HostRule):
    """SSLStaplingResponseMaxAge is shorter than responses live.

    Authorities sign responses for up to ten days and hand them out until they end. httpd takes one
    that is older than this for invalid (AH01936): it is not kept, or not stapled. Without the
    directive, the end that the response itself names decides.
    """

    code = "AS407"
    severity = Severity.INFO
    confidence = Confidence.POSSIBLE
    effect = Effect.ADVICE
    log_id = "AH01936"
    settings = frozenset({"sslstaplingresponsemaxage"})
    bad = Example(CACHE + tls_host("SSLUseStapling on", "SSLStaplingResponseMaxAge 3600"))
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        """Hosts with stapling."""
        directive = host.setting("SSLStaplingResponseMaxAge")
        seconds = host.seconds("SSLStaplingResponseMaxAge")
        if directive is None or not host.staples or seconds is None:
            return
        if 0 <= seconds < _LONGEST_LIFE:
            yield self.finding(
                directive.place,
                f"httpd takes a response for too old after {seconds} seconds, and authorities hand "
                "them out for up to ten days",
                "Remove the line.",
                host=host,
            )
