"""AS502."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Confidence, Effect, Finding, Repair, Severity
from apachestaple.rules.rule import CACHE, Example, HostRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site


class FakeTryLater(HostRule):
    """SSLStaplingReturnResponderErrors is off, and SSLStaplingFakeTryLater is not.

    The two switches only work together: when the responder does not answer, httpd makes a tryLater
    of its own and staples that, and asks again at every handshake.
    """

    code = "AS502"
    severity = Severity.WARNING
    confidence = Confidence.POSSIBLE
    effect = Effect.BAD_STAPLE
    log_id = "AH01941"
    repair = Repair.SAFE
    needs_whole = True
    settings = frozenset({"sslstaplingreturnrespondererrors"})
    bad = Example(
        CACHE
        + tls_host(
            "SSLUseStapling on",
            "SSLStaplingReturnResponderErrors off",
            certificate="dead-responder",
        )
    )
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
        """Hosts with stapling for which one is off and the other on."""
        switch = host.setting("SSLStaplingReturnResponderErrors")
        if switch is None or not host.staples or not host.fakes_try_later:
            return
        yield self.finding(
            switch.place,
            "with SSLStaplingFakeTryLater on, clients still get tryLater when the responder fails",
            "Set SSLStaplingFakeTryLater off beside it.",
            host=host,
        )
