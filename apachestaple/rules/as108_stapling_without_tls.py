"""AS108."""

from __future__ import annotations

from typing import TYPE_CHECKING

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


class StaplingWithoutTls(HostRule):
    """Stapling is on for a host without TLS.

    If SSLEngine is off, there is no TLS handshake, and SSLUseStapling has no effect.
    """

    code = "AS108"
    benchmark = "CIS 7.11"
    severity = Severity.WARNING
    effect = Effect.IGNORED
    needs_whole = True
    settings = frozenset({"sslusestapling"})
    tls = False
    message = "stapling is on, but SSLEngine is off"
    help = "Remove SSLUseStapling, or turn SSLEngine on."
    by_hand = (Check("Connect with TLS. httpd sends no certificate.", staple()),)
    bad = (
        Example(
            CACHE + "<VirtualHost *:443>\n    SSLUseStapling on\n</VirtualHost>\n",
            as_if=CACHE + "<VirtualHost *:443>\n</VirtualHost>\n",
        ),
    )
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        switch = host.own.get("sslusestapling")
        if switch is None or not host.use_stapling or not site.has_mod_ssl:
            return
        if host.ssl_engine != "off" or (host.is_main and site.tls_hosts):
            return
        if any(chain.first.staples for chain in site.vhosts.reached(host)):
            # It has an effect: clients reach the host with the certificate of another one.
            return
        if switch in site.in_force.switches_of_tls_hosts:
            # A host with TLS includes the same line.
            return
        yield self.finding(directive_subject(switch), hosts=(host,))
