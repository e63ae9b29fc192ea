"""AS501."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apachestaple.rules.kinds.stapling_off import StaplingOffRule
from apachestaple.rules.provided import ALL_CAN_BE_STAPLED, can_be_provided
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host

if TYPE_CHECKING:
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site


class StaplingOff(StaplingOffRule):
    """A host could staple, but stapling is off.

    The CIS Apache HTTP Server 2.4 Benchmark recommends stapling with a cache (7.11). Without a
    staple, clients that check the revocation of certificates must query the responder themselves.
    """

    code = "AS501"
    benchmark = "CIS 7.11"
    reason = ALL_CAN_BE_STAPLED
    message = "stapling is off, although every certificate of the host could be stapled"
    help = "Turn stapling on: SSLUseStapling on."
    repair = (
        "`fix` turns stapling on if SSLUseStapling is not set for the host. An `SSLUseStapling "
        "off`, of the host or of the main server, stays; `--unsafe` changes it, too. If there is "
        "no cache, `fix` sets one."
    )
    bad = (Example(CACHE + tls_host()), Example(CACHE + "SSLUseStapling off\n" + tls_host()))
    good = (FIXED, Example(CACHE + tls_host("SSLUseStapling on")))

    def facts(self, host: Host, site: Site) -> dict[str, Any] | None:
        return None if host.must_staple or not can_be_provided(host, site) else {}
