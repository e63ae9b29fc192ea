"""AS306."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.by_hand import Check, x509
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.certificate import CertificateRule
from apachestaple.rules.provided import can_be_provided, some_staple, turned_on
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from apachestaple.rules.subject import certificate_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


_REASON = "its certificate requires a staple"


class MustStapleWithoutStapling(CertificateRule):
    """The certificate requires a staple, but stapling is off.

    Clients that enforce must-staple (RFC 7633) close the connection.
    """

    code = "AS306"
    benchmark = "CIS 7.11"
    severity = Severity.ERROR
    effect = Effect.NO_STAPLE
    fix = Fix.SAFE
    needs_whole = True
    message = "the certificate of {name} requires a staple, but stapling is off"
    help = {
        "": "Turn stapling on for this host: SSLUseStapling on.",
        "not-possible": "Get a certificate without must-staple, or one that can be stapled.",
    }
    repair = (
        "`fix` turns stapling on for the host if the certificate can be stapled, with the reason "
        "in a comment."
    )
    by_hand = (
        Check(
            "Print the TLS feature of the certificate. It requires a staple.",
            x509("must-staple", "-ext tlsfeature"),
        ),
    )
    bad = (
        Example(CACHE + tls_host(certificate="must-staple")),
        Example(CACHE + tls_host("SSLUseStapling off", certificate="must-staple")),
        Example(CACHE + tls_host(certificate="must-staple-no-ocsp"), fixable=False),
    )
    good = (FIXED,)

    def asks_for(
        self, certificate: HostCertificate, leaf: Certificate, host: Host, site: Site
    ) -> bool:
        return leaf.must_staple

    def check(
        self, certificate: HostCertificate, leaf: Certificate, host: Host, site: Site
    ) -> Iterator[Finding]:
        if host.mod_md_staples or host.staples:
            return
        possible = can_be_provided(host, site) or (
            host.problem_of(certificate) is None and some_staple(host)
        )
        yield self.finding(
            certificate_subject(certificate),
            variant="" if possible else "not-possible",
            hosts=(host,),
            certificate=certificate,
            remedy=turned_on(host, site, reason=_REASON) if possible else None,
            name=leaf.common_name,
        )
