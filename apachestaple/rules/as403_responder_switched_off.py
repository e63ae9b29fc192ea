"""AS403."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Finding, Repair, Severity
from apachestaple.rules.rule import CACHE, CertificateRule, Example, tls_host
from apachestaple.tls.switched_off import switched_off

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.tls.hosts import Host, HostCertificate
    from apachestaple.tls.site import Site


class ResponderSwitchedOff(CertificateRule):
    """The responder of the certificate was switched off by its authority.

    Every query fails, and with httpd's defaults clients get the error as a staple.
    """

    code = "AS403"
    severity = Severity.WARNING
    effect = Effect.BAD_STAPLE
    log_id = "AH01941"
    repair = Repair.SAFE
    bad = Example(CACHE + tls_host("SSLUseStapling on", certificate="switched-off"))
    good = Example(CACHE + tls_host("SSLUseStapling off", certificate="switched-off"))

    def check(self, certificate: HostCertificate, host: Host, site: Site) -> Iterator[Finding]:
        """By the table of such responders."""
        leaf = certificate.leaf
        url = host.responder(certificate)
        if leaf is None or url is None or not host.staples:
            return
        entry = switched_off(url)
        if entry is None or certificate.issuer_found is False:
            return
        yield self.finding(
            certificate.directive.place,
            f"{entry.authority} switched the responder {url} off on {entry.since} ({entry.source})",
            "Switch stapling off for this host: SSLUseStapling off.",
            host=host,
            certificate=certificate,
            repairable=host.is_hopeless,
        )
