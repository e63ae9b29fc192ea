"""AS501."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.rules.finding import Effect, Finding, Repair, Severity
from apachestaple.rules.rule import CACHE, Example, HostRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site


class StaplingOff(HostRule):
    """A host could staple and does not.

    The CIS Apache HTTP Server 2.4 Benchmark asks for stapling with a cache (7.11).
    """

    code = "AS501"
    severity = Severity.INFO
    effect = Effect.NO_STAPLE
    repair = Repair.SAFE
    needs_whole = True
    bad = Example(CACHE + tls_host())
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        """TLS hosts of which every certificate could be stapled."""
        if not host.is_tls or host.staples or host.mod_md_staples:
            return
        if not host.can_staple or host.must_staple:
            return
        switch = host.setting("SSLUseStapling")
        if switch is not None and first_argument(switch).lower() != "off":
            return
        place = (switch or host.section or host.certificates[0].directive).place
        yield self.finding(
            place,
            f"{host.name} could staple and does not (CIS 7.11)",
            "Switch stapling on: SSLUseStapling on.",
            host=host,
            # What the host's own administrator has switched off, only --unsafe switches on.
            repair=Repair.UNSAFE if "sslusestapling" in host.own else None,
        )
