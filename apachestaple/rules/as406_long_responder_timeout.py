"""AS406."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES
from apachestaple.rules.finding import Confidence, Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, Example, HostRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site


# Clients wait about as long for a handshake. Seconds.
_LONG = 5
_DEFAULT = STAPLING_DIRECTIVES["sslstaplingrespondertimeout"].default


class LongResponderTimeout(HostRule):
    """A silent responder may hold a handshake for long.

    httpd asks within the handshake, and waits that long for each address of the responder to
    accept, and again for the answer. Meanwhile all other handshakes that need a response wait as
    well, for there is one mutex (ssl-stapling-refresh, Apache bug 61818).
    """

    code = "AS406"
    severity = Severity.WARNING
    confidence = Confidence.POSSIBLE
    effect = Effect.STALLS_HANDSHAKES
    log_id = "AH01977"
    settings = frozenset({"sslstaplingrespondertimeout"})
    bad = Example(
        CACHE
        + tls_host(
            "SSLUseStapling on", "SSLStaplingResponderTimeout 6", certificate="silent-responder"
        )
    )
    good = Example(
        CACHE
        + tls_host(
            "SSLUseStapling on", "SSLStaplingResponderTimeout 2", certificate="silent-responder"
        )
    )

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        """What is set longer than clients wait; up to httpd's own default, an information."""
        directive = host.setting("SSLStaplingResponderTimeout")
        seconds = host.seconds("SSLStaplingResponderTimeout")
        if directive is None or not host.staples or seconds is None or seconds <= _LONG:
            return
        default = isinstance(_DEFAULT, int) and seconds <= _DEFAULT
        yield self.finding(
            directive.place,
            f"when the responder accepts and does not answer, handshakes wait {seconds} seconds",
            f"Give {_LONG} seconds or less.",
            host=host,
            severity=Severity.INFO if default else None,
        )
