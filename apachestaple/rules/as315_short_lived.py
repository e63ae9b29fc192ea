"""AS315."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.by_hand import Check, x509
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.certificate import CertificateRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import certificate_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


# CA/Browser Forum Baseline Requirements, 1.6.1: 7 days from 2026-03-15 on, 10 days before. Seconds.
_SHORT = 7 * 24 * 3600


class ShortLived(CertificateRule):
    """Stapling is on for a short-lived certificate.

    A certificate that is valid for a week or less lives no longer than an OCSP response, and its
    authority does not have to revoke it. A staple for it has no benefit for clients, but needs
    queries.
    """

    code = "AS315"
    severity = Severity.INFO
    effect = Effect.ADVICE
    message = "the certificate of {name} is valid for a week at most, no longer than a response"
    help = "You can turn stapling off for this host: SSLUseStapling off."
    by_hand = (
        Check(
            "See whether the certificate expires in the next seven days (604800 seconds).",
            x509("short-lived", "-checkend 604800"),
        ),
    )
    bad = (Example(CACHE + tls_host("SSLUseStapling on", certificate="short-lived")),)
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)

    def asks_for(
        self, certificate: HostCertificate, leaf: Certificate, host: Host, site: Site
    ) -> bool:
        return bool(leaf.ocsp_uris) and not leaf.must_staple

    def check(
        self, certificate: HostCertificate, leaf: Certificate, host: Host, site: Site
    ) -> Iterator[Finding]:
        if leaf.lifetime > _SHORT or not host.staples:
            return
        yield self.finding(
            certificate_subject(certificate),
            hosts=(host,),
            certificate=certificate,
            name=leaf.common_name,
        )
