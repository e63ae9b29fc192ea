"""AS313."""

from __future__ import annotations

from datetime import UTC, datetime
from time import time
from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, CertificateRule, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site


class NotValidNow(CertificateRule):
    """The certificate has expired, or is not yet valid.

    httpd does not look at the dates, and staples for it as long as the responder answers. Clients
    refuse the site.
    """

    code = "AS313"
    severity = Severity.WARNING
    effect = Effect.ADVICE
    bad = Example(CACHE + tls_host("SSLUseStapling on", certificate="expired"))
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, certificate: HostCertificate, host: Host, site: Site) -> Iterator[Finding]:
        """By this machine's clock."""
        leaf = certificate.leaf
        if leaf is None:
            return
        if leaf.is_valid_at(time()):
            return
        now = datetime.now(UTC)
        said = (
            f"expired on {leaf.not_after:%Y-%m-%d}"
            if leaf.not_after < now
            else f"is not valid before {leaf.not_before:%Y-%m-%d}"
        )
        yield self.finding(
            certificate.directive.place,
            f"the certificate of {leaf.common_name} {said}, and clients refuse the site",
            "Renew it, or name the file of the renewed one.",
            host=host,
            certificate=certificate,
        )
