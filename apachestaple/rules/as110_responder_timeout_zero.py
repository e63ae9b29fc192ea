"""AS110."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.zero_timeout import ZeroTimeoutRule
from apachestaple.rules.rule import CACHE, FIXED, Example, effect_of_no_answer, tls_host

if TYPE_CHECKING:
    from apachestaple.mod_ssl.hosts import Host


class ResponderTimeoutZero(ZeroTimeoutRule):
    """SSLStaplingResponderTimeout is 0.

    A timeout of 0 does not mean "no limit": every query to a responder fails at once. With
    httpd's defaults, clients then get tryLater as a staple.
    """

    code = "AS110"
    severity = Severity.ERROR
    effect = Effect.BAD_STAPLE
    log_id = "AH01974"
    fix = Fix.SAFE
    setting = "SSLStaplingResponderTimeout"
    reason = "with a timeout of 0, every query to a responder fails"
    message = {
        "": "with a timeout of 0, every query to a responder fails",
        "not-a-number": "httpd reads {written} as 0 s, so every query to a responder fails",
    }
    help = "Set a few seconds, such as 5, or remove the line."
    repair = (
        "`fix` removes the line. The host then has the value of the main server, or httpd's "
        "default of 10 seconds."
    )
    bad = (
        Example(CACHE + tls_host("SSLUseStapling on", "SSLStaplingResponderTimeout 0")),
        Example(CACHE + tls_host("SSLUseStapling on", "SSLStaplingResponderTimeout ten")),
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling on", "SSLStaplingResponderTimeout 0", "SSLStaplingFakeTryLater off"
            ),
            effect=Effect.NO_STAPLE,
        ),
    )
    good = (FIXED, Example(CACHE + tls_host("SSLUseStapling on", "SSLStaplingResponderTimeout 5")))

    def effect_in(self, host: Host) -> Effect:
        return effect_of_no_answer(host)
