"""AS502."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Confidence, Effect, Fix, Severity
from apachestaple.rules.kinds.setting import SettingRule
from apachestaple.rules.remedy import HideResponderErrors
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class FakeTryLater(SettingRule):
    """SSLStaplingReturnResponderErrors is off, but SSLStaplingFakeTryLater is on.

    The two switches only work together. If the responder does not answer, httpd creates a tryLater
    itself, staples it, and queries the responder again in every handshake.
    """

    code = "AS502"
    severity = Severity.WARNING
    confidence = Confidence.POSSIBLE
    effect = Effect.BAD_STAPLE
    log_id = "AH01941"
    fix = Fix.SAFE
    needs_whole = True
    setting = "SSLStaplingReturnResponderErrors"
    message = "with SSLStaplingFakeTryLater on, clients still get tryLater if the responder fails"
    help = "Set SSLStaplingFakeTryLater off as well."
    repair = "`fix` sets SSLStaplingFakeTryLater off where SSLStaplingReturnResponderErrors is off."
    bad = (
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling on",
                "SSLStaplingReturnResponderErrors off",
                certificate="dead-responder",
            )
        ),
    )
    good = (FIXED,)

    def check(self, directive: Directive, hosts: Sequence[Host], site: Site) -> Iterator[Finding]:
        concerned = tuple(host for host in hosts if host.fakes_try_later)
        if concerned:
            yield self.finding(
                directive_subject(directive),
                hosts=concerned,
                remedy=HideResponderErrors(hosts=concerned),
            )
