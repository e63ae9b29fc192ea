"""AS307."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.hosts import ObstacleKind
from apachestaple.rules.finding import Effect, Finding, Repair, Severity
from apachestaple.rules.rule import CACHE, Example, ObstacleRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site


class SelfSigned(ObstacleRule):
    """Stapling is on for a self-signed certificate.

    It has no issuer whose responder could vouch for it, and httpd logs an error at every start.
    """

    kind = ObstacleKind.SELF_SIGNED
    code = "AS307"
    severity = Severity.WARNING
    effect = Effect.NO_STAPLE
    log_id = "AH02217"
    repair = Repair.SAFE
    bad = Example(CACHE + tls_host("SSLUseStapling on", certificate="self-signed"))
    good = Example(CACHE + tls_host("SSLUseStapling off", certificate="self-signed"))

    def check(
        self, certificate: HostCertificate, leaf: Certificate, host: Host, site: Site
    ) -> Iterator[Finding]:
        """Every one."""
        yield self.finding(
            certificate.directive.place,
            f"the certificate of {leaf.common_name} is self-signed, so it cannot be stapled",
            self.advice(host),
            host=host,
            certificate=certificate,
            repairable=host.is_hopeless,
        )
