"""AS503."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Confidence, Effect, Finding, Repair, Severity
from apachestaple.rules.rule import CACHE, Example, ServerRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.tls.site import Site


class ResponderErrorsReturned(ServerRule):
    """A failing responder's error is stapled.

    With httpd's defaults, clients get tryLater as a staple when the responder fails, and some take
    that for an error; without a staple they would go on. Both SSLStaplingReturnResponderErrors and
    SSLStaplingFakeTryLater must be off. Until the responder answers again, each handshake then
    waits for it, at most SSLStaplingResponderTimeout.
    """

    code = "AS503"
    severity = Severity.INFO
    confidence = Confidence.POSSIBLE
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

    def check(self, site: Site) -> Iterator[Finding]:
        """Every directive that says so; where none does, the default, at the first host."""
        default_said = False
        for host in site.stapling_hosts:
            use = host.setting("SSLUseStapling")
            switch = host.setting("SSLStaplingReturnResponderErrors")
            if use is None or not host.flag("SSLStaplingReturnResponderErrors"):
                continue
            if switch is None:
                if default_said:
                    continue
                default_said = True
            yield self.finding(
                (switch or use).place,
                "when the responder fails, clients get its error as a staple",
                "Set SSLStaplingReturnResponderErrors off and SSLStaplingFakeTryLater off.",
                host=host,
                # What is said by intent is not taken back.
                repairable=switch is None,
            )
