"""AS501."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.host import HostRule
from apachestaple.rules.provided import can_be_provided, turned_on
from apachestaple.rules.reason_comment import reason_above
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from apachestaple.rules.subject import directive_subject, host_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class StaplingOff(HostRule):
    """A host could staple, but stapling is off.

    The CIS Apache HTTP Server 2.4 Benchmark recommends stapling with a cache (7.11).
    """

    code = "AS501"
    benchmark = "CIS 7.11"
    severity = Severity.INFO
    effect = Effect.NO_STAPLE
    fix = Fix.SAFE
    needs_whole = True
    wants_stapling = True
    tls = True
    staples = False
    message = "stapling is off, although every certificate of the host could be stapled"
    help = "Turn stapling on: SSLUseStapling on."
    bad = (Example(CACHE + tls_host()), Example(CACHE + "SSLUseStapling off\n" + tls_host()))
    good = (FIXED, Example(CACHE + tls_host("SSLUseStapling on")))

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        if host.mod_md_staples or host.must_staple or not can_be_provided(host, site):
            return
        switch = host.setting("SSLUseStapling")
        if switch is not None and first_argument(switch).lower() != "off":
            return
        if switch is not None and reason_above(switch) is not None:
            # An off of fix, which is no longer needed (AS132).
            return
        # The administrator has turned stapling off, so only --unsafe turns it on.
        remedy = turned_on(host, site, safe=switch is None)
        unset = host_subject(host, site)
        yield self.finding(
            directive_subject(switch) if switch else unset,
            place=None if switch or host.section else host.certificates[0].directive.place,
            hosts=(host,),
            remedy=remedy,
        )
