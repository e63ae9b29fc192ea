"""AS113."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES
from apachestaple.rules.by_hand import Check, staple
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.host import HostRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


# The proxy is also used for client certificates (SSLOCSPEnable).
_IDLE = frozenset(STAPLING_DIRECTIVES) - {"sslusestapling", "sslstaplingcache", "sslocspproxyurl"}
_SETTING = "SSLStaplingReturnResponderErrors off"
_FAKE = "SSLStaplingFakeTryLater off"


class IdleSetting(HostRule):
    """A stapling setting has no effect, because stapling is off for its hosts.

    mod_ssl reads its stapling settings only when a client requests a staple and stapling is on for
    the host.
    """

    code = "AS113"
    severity = Severity.INFO
    effect = Effect.IGNORED
    needs_whole = True
    settings = _IDLE
    staples = False
    message = "{written} has no effect, because mod_ssl does not staple here"
    help = "Remove the line, or turn stapling on: SSLUseStapling on."
    by_hand = (Check("Request a staple. httpd sends none.", staple()),)
    bad = (
        Example(
            CACHE + tls_host("SSLUseStapling off", _SETTING, _FAKE, certificate="no-ocsp"),
            as_if=CACHE + tls_host("SSLUseStapling off", certificate="no-ocsp"),
        ),
    )
    good = (Example(CACHE + tls_host("SSLUseStapling on", _SETTING, _FAKE)),)

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        if not site.has_mod_ssl or (host.is_main and site.stapling_hosts):
            return
        for key in host.own.keys() & _IDLE:
            # Another host that staples may include the same line.
            if host.own[key] not in site.in_force.of_stapling_hosts:
                yield self.finding(
                    directive_subject(host.own[key]),
                    hosts=(host,),
                    written=STAPLING_DIRECTIVES[key].name,
                )
