"""AS403."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.stapling_problem import StaplingProblemKind
from apachestaple.ocsp.switched_off import switched_off
from apachestaple.rules.by_hand import Check, x509
from apachestaple.rules.finding import Confidence, Effect, Fix, Severity
from apachestaple.rules.kinds.unstaplable import HELP, REPAIR, UnstaplableRule
from apachestaple.rules.rule import CACHE, FIXED, Example, effect_of_no_answer, tls_host
from apachestaple.rules.subject import responder_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.mod_ssl.stapling_problem import StaplingProblem
    from apachestaple.rules.finding import Finding


_SECOND = ("SSLCertificateFile certs/rsa.pem", "SSLCertificateKeyFile certs/rsa.key")


class ResponderSwitchedOff(UnstaplableRule):
    """The certificate authority has switched the OCSP responder off.

    Every query fails. With httpd's defaults, clients then get the error as a staple. If the
    responder was queried (`--online`), its answer is used instead of this rule.
    """

    problem = StaplingProblemKind.SWITCHED_OFF
    code = "AS403"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY
    effect = Effect.BAD_STAPLE
    log_id = "AH01941"
    fix = Fix.SAFE
    message = "{authority} switched the OCSP responder {url} off on {since} ({source})"
    help = HELP
    repair = REPAIR
    by_hand = (
        Check(
            "Print the OCSP URIs of the certificate. This responder is switched off.",
            x509("switched-off", "-ocsp_uri"),
        ),
    )
    bad = (
        Example(CACHE + tls_host("SSLUseStapling on", certificate="switched-off")),
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling on", "SSLStaplingFakeTryLater off", certificate="switched-off"
            ),
            effect=Effect.NO_STAPLE,
        ),
        Example(
            CACHE + tls_host("SSLUseStapling on", *_SECOND, certificate="switched-off"),
            fixable=False,
        ),
    )
    good = (FIXED, Example(CACHE + tls_host("SSLUseStapling off", certificate="switched-off")))

    def check(
        self,
        problem: StaplingProblem,
        certificate: HostCertificate,
        leaf: Certificate,
        host: Host,
        site: Site,
    ) -> Iterator[Finding]:
        url = host.responder(certificate) or ""
        entry = switched_off(url)
        if entry is None or site.answer(host, certificate) is not None:
            return
        yield self.unstapled(
            responder_subject(url, certificate),
            problem,
            certificate,
            host,
            site,
            effect=effect_of_no_answer(host),
            authority=entry.authority,
            url=url,
            since=entry.since,
            source=entry.source,
        )
