"""AS403."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.hosts import ObstacleKind
from apachestaple.ocsp.switched_off import switched_off
from apachestaple.rules.finding import Confidence, Effect, Finding, Repair, Severity
from apachestaple.rules.rule import CACHE, Example, ObstacleRule, effect_of_no_answer, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site


class ResponderSwitchedOff(ObstacleRule):
    """The responder of the certificate was switched off by its authority.

    Every query fails, and with httpd's defaults clients get the error as a staple.
    """

    kind = ObstacleKind.SWITCHED_OFF
    code = "AS403"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY
    effect = Effect.BAD_STAPLE
    log_id = "AH01941"
    repair = Repair.SAFE
    bad = Example(CACHE + tls_host("SSLUseStapling on", certificate="switched-off"))
    good = Example(CACHE + tls_host("SSLUseStapling off", certificate="switched-off"))

    def check(
        self, certificate: HostCertificate, leaf: Certificate, host: Host, site: Site
    ) -> Iterator[Finding]:
        """Every one."""
        url = host.responder(certificate) or ""
        entry = switched_off(url)
        # What it answered, where it was asked, is worth more than what was announced.
        if entry is None or site.answer(host, certificate) is not None:
            return
        yield self.finding(
            certificate.directive.place,
            f"{entry.authority} switched the responder {url} off on {entry.since} ({entry.source})",
            self.advice(host),
            host=host,
            effect=effect_of_no_answer(host),
            certificate=certificate,
            repairable=host.is_hopeless,
        )
