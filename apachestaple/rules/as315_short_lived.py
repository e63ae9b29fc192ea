"""AS315."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, CertificateRule, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site


# CA/Browser Forum Baseline Requirements, 1.6.1: 7 days from 2026-03-15 on, 10 days before. Seconds.
_SHORT = 7 * 24 * 3600


class ShortLived(CertificateRule):
    """Stapling is on for a short-lived certificate.

    A certificate of a week or less lives no longer than a response does, and authorities need not
    revoke it. A staple for it tells clients nothing, and costs queries.
    """

    code = "AS315"
    severity = Severity.INFO
    effect = Effect.ADVICE
    bad = Example(CACHE + tls_host("SSLUseStapling on", certificate="short-lived"))
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, certificate: HostCertificate, host: Host, site: Site) -> Iterator[Finding]:
        """Those for which stapling is on and works, and that do not demand it."""
        leaf = certificate.leaf
        if leaf is None or not host.staples or not leaf.ocsp_uris or leaf.must_staple:
            return
        if leaf.lifetime > _SHORT:
            return
        yield self.finding(
            certificate.directive.place,
            f"the certificate of {leaf.common_name} lives for a week at most, no longer than a "
            "response",
            "Stapling can be switched off for this host.",
            host=host,
            certificate=certificate,
        )
