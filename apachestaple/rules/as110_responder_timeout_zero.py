"""AS110."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.rules.finding import Effect, Finding, Repair, Severity
from apachestaple.rules.rule import CACHE, Example, HostRule, effect_of_no_answer, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site


class ResponderTimeoutZero(HostRule):
    """The responder gets no time at all.

    A timeout of 0 is no "for ever": every query fails at once, and with httpd's defaults clients
    get tryLater as a staple.
    """

    code = "AS110"
    severity = Severity.ERROR
    effect = Effect.BAD_STAPLE
    log_id = "AH01974"
    settings = frozenset({"sslstaplingrespondertimeout"})
    repair = Repair.SAFE
    bad = Example(CACHE + tls_host("SSLUseStapling on", "SSLStaplingResponderTimeout 0"))
    good = Example(CACHE + tls_host("SSLUseStapling on", "SSLStaplingResponderTimeout 5"))

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        """Hosts with stapling; what only reads as 0 is said by another rule."""
        directive = host.setting("SSLStaplingResponderTimeout")
        if directive is None or not host.staples or not first_argument(directive).isdigit():
            return
        if host.seconds("SSLStaplingResponderTimeout") == 0:
            yield self.finding(
                directive.place,
                "with a timeout of 0 every query fails",
                "Give some seconds, such as 5, or remove the line.",
                host=host,
                effect=effect_of_no_answer(host),
            )
