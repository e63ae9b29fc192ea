"""AS503."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Finding, Repair, Severity
from apachestaple.rules.rule import CACHE, Example, HostRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.tls.hosts import Host, Site


class ResponderErrorsReturned(HostRule):
    """A failing responder's error is stapled.

    With httpd's defaults, clients get tryLater as a staple when the responder fails, and some take
    that for an error; without a staple they would go on. Both SSLStaplingReturnResponderErrors and
    SSLStaplingFakeTryLater must be off. Until the responder answers again, each handshake then
    waits for it, at most SSLStaplingResponderTimeout.
    """

    code = "AS503"
    severity = Severity.INFO
    effect = Effect.BAD_STAPLE
    log_id = "AH01941"
    repair = Repair.SAFE
    needs_whole = True
    bad = Example(CACHE + tls_host("SSLUseStapling on", certificate="dead-responder"))
    good = Example(
        CACHE
        + tls_host(
            "SSLUseStapling on",
            "SSLStaplingReturnResponderErrors off",
            "SSLStaplingFakeTryLater off",
            certificate="dead-responder",
        )
    )

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        """Hosts with stapling for which errors are returned, once for each place that decides."""
        use = host.setting("SSLUseStapling")
        if use is None or not host.staples:
            return
        if not host.flag("SSLStaplingReturnResponderErrors"):
            return
        switch = host.setting("SSLStaplingReturnResponderErrors") or use
        yield self.finding(
            switch.place,
            "when the responder fails, clients get its error as a staple",
            "Set SSLStaplingReturnResponderErrors off and SSLStaplingFakeTryLater off.",
            host=host,
        )
