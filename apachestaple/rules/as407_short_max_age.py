"""AS407."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.by_hand import DUMP, Check, in_effect
from apachestaple.rules.finding import Confidence, Effect, Severity
from apachestaple.rules.kinds.setting import SettingRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


# The longest validity of a response (CA/Browser Forum Baseline Requirements, 4.9.10). Seconds.
_LONGEST_LIFE = 10 * 24 * 3600


class ShortMaxAge(SettingRule):
    """SSLStaplingResponseMaxAge is shorter than the validity of a response.

    Authorities sign responses for up to ten days and send them until they expire. httpd treats a
    response that is older than this setting as invalid (AH01936), and does not cache it, or does
    not staple it. Without the directive, the expiry time in the response decides.
    """

    code = "AS407"
    severity = Severity.INFO
    confidence = Confidence.POSSIBLE
    effect = Effect.ADVICE
    log_id = "AH01936"
    setting = "SSLStaplingResponseMaxAge"
    message = (
        "httpd rejects responses older than {seconds} s, but authorities use a response for up to "
        "ten days"
    )
    help = "Remove the line."
    by_hand = (Check(f"{DUMP} The age is limited.", in_effect("SSLStaplingResponseMaxAge")),)
    bad = (Example(CACHE + tls_host("SSLUseStapling on", "SSLStaplingResponseMaxAge 3600")),)
    good = (
        Example(CACHE + tls_host("SSLUseStapling on")),
        Example(CACHE + tls_host("SSLUseStapling on", "SSLStaplingResponseMaxAge 864000")),
    )

    def check(self, directive: Directive, hosts: Sequence[Host], site: Site) -> Iterator[Finding]:
        seconds = hosts[0].seconds(self.setting)
        if seconds is not None and 0 <= seconds < _LONGEST_LIFE:
            yield self.finding(directive_subject(directive), hosts=hosts, seconds=seconds)
