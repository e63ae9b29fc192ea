"""AS306."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Finding, Repair, Severity
from apachestaple.rules.rule import CACHE, CertificateRule, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site


class MustStapleWithoutStapling(CertificateRule):
    """The certificate demands a staple, and stapling is off.

    Clients that enforce must-staple (RFC 7633) refuse the site.
    """

    code = "AS306"
    severity = Severity.ERROR
    effect = Effect.NO_STAPLE
    repair = Repair.SAFE
    needs_whole = True
    bad = Example(CACHE + tls_host(certificate="must-staple"))
    good = Example(CACHE + tls_host("SSLUseStapling on", certificate="must-staple"))

    def check(self, certificate: HostCertificate, host: Host, site: Site) -> Iterator[Finding]:
        """Must-staple certificates of hosts without stapling."""
        leaf = certificate.leaf
        if leaf is None or not leaf.must_staple or host.mod_md_staples:
            return
        if host.staples:
            return
        possible = host.can_staple
        yield self.finding(
            certificate.directive.place,
            f"the certificate of {leaf.common_name} demands a staple, and stapling is off",
            "Switch stapling on: SSLUseStapling on."
            if possible
            else "Get a certificate without must-staple, or one that can be stapled.",
            host=host,
            certificate=certificate,
            repairable=bool(possible),
        )
