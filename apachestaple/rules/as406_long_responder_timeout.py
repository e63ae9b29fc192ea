"""AS406."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES
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


# How long clients wait for a handshake, about. Seconds.
_LONG = 5
_DEFAULT = STAPLING_DIRECTIVES["sslstaplingrespondertimeout"].default


class LongResponderTimeout(SettingRule):
    """SSLStaplingResponderTimeout is longer than clients wait.

    httpd queries the responder during the handshake. It waits this long for the connection to each
    address of the responder, and again for the answer. All other handshakes that need a response
    wait as well, because there is one mutex (ssl-stapling-refresh, Apache bug 61818). A value up to
    httpd's default of 10 s is an information.
    """

    code = "AS406"
    severity = Severity.WARNING
    confidence = Confidence.POSSIBLE
    effect = Effect.STALLS_HANDSHAKES
    log_id = "AH01977"
    setting = "SSLStaplingResponderTimeout"
    message = "if the responder does not answer, handshakes wait {seconds} s"
    help = "Set 5 seconds or less."
    by_hand = (
        Check(f"{DUMP} The timeout is 6 seconds.", in_effect("SSLStaplingResponderTimeout")),
    )
    bad = (
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling on", "SSLStaplingResponderTimeout 6", certificate="silent-responder"
            ),
            severity=Severity.INFO,
        ),
    )
    good = (
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling on", "SSLStaplingResponderTimeout 2", certificate="silent-responder"
            )
        ),
    )

    def check(self, directive: Directive, hosts: Sequence[Host], site: Site) -> Iterator[Finding]:
        seconds = hosts[0].seconds(self.setting)
        if seconds is None or seconds <= _LONG:
            return
        default = isinstance(_DEFAULT, int) and seconds <= _DEFAULT
        yield self.finding(
            directive_subject(directive),
            hosts=hosts,
            severity=Severity.INFO if default else None,
            seconds=seconds,
        )
