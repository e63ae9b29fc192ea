"""AS313."""

from __future__ import annotations

from datetime import UTC, datetime
from time import time
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


class NotValidNow(CertificateRule):
    """The certificate has expired, or is not yet valid.

    httpd does not check the dates, and staples as long as the responder answers. Clients refuse
    the connection. The dates are compared with this machine's clock.
    """

    code = "AS313"
    severity = Severity.WARNING
    effect = Effect.ADVICE
    message = {
        "": "the certificate of {name} expired on {until:%Y-%m-%d}, and clients refuse it",
        "not-yet": "the certificate of {name} is not valid before {since:%Y-%m-%d}, and clients "
        "refuse it",
    }
    help = "Renew the certificate, or set SSLCertificateFile to the renewed one."
    by_hand = (
        Check("See whether the certificate is expired now.", x509("expired", "-checkend 0")),
    )
    bad = (
        Example(CACHE + tls_host("SSLUseStapling on", certificate="expired")),
        Example(CACHE + tls_host("SSLUseStapling on", certificate="not-yet-valid")),
    )
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)

    def check(
        self, certificate: HostCertificate, leaf: Certificate, host: Host, site: Site
    ) -> Iterator[Finding]:
        if leaf.is_valid_at(time()):
            return
        has_expired = leaf.not_after < datetime.now(UTC)
        yield self.finding(
            certificate_subject(certificate),
            variant="" if has_expired else "not-yet",
            hosts=(host,),
            certificate=certificate,
            name=leaf.common_name,
            since=leaf.not_before,
            until=leaf.not_after,
        )
