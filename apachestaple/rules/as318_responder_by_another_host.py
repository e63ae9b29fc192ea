"""AS318."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.stapling_problem import StaplingProblemKind
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.unstaplable import HELP, UnstaplableRule
from apachestaple.rules.remedy import TURNED_OFF
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from apachestaple.rules.subject import certificate_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.mod_ssl.stapling_problem import StaplingProblem
    from apachestaple.rules.finding import Finding


_POOR = tls_host("SSLUseStapling on", certificate="no-ocsp")
_RICH = tls_host(
    "SSLUseStapling on",
    "SSLStaplingForceURL http://ocsp.example.com/",
    certificate="no-ocsp",
    name="other.example.com",
)


class ResponderByAnotherHost(UnstaplableRule):
    """A host aborts handshakes until another host with its certificate has filled the cache.

    The certificate has no OCSP URI. Another host has SSLStaplingForceURL, so mod_ssl staples the
    certificate, for all of its hosts. A host without SSLStaplingForceURL staples the response in
    the cache. When there is none (after a start, when it has expired, or when it was evicted),
    httpd has no responder to query and aborts the handshake. Which clients are affected depends on
    the order of requests. At the start httpd logs AH02218 or AH02814.
    """

    problem = StaplingProblemKind.NO_URI_HERE
    code = "AS318"
    severity = Severity.ERROR
    effect = Effect.ABORTS_HANDSHAKES
    log_id = "AH02621"
    fix = Fix.SAFE
    message = (
        "the certificate of {name} has no OCSP URI, and only {maker} has SSLStaplingForceURL; "
        "handshakes are aborted while the cache has no response"
    )
    help = HELP
    repair = (
        "`fix` sets SSLStaplingForceURL for this host, too. If httpd cannot use that URL, `fix` "
        f"{TURNED_OFF}"
    )
    bad = (
        Example(CACHE + _POOR + _RICH, clients=("www.example.com",)),
        Example(CACHE + _RICH + _POOR, clients=("www.example.com",)),
    )
    good = (FIXED, Example(CACHE + _RICH))

    def check(
        self,
        problem: StaplingProblem,
        certificate: HostCertificate,
        leaf: Certificate,
        host: Host,
        site: Site,
    ) -> Iterator[Finding]:
        record = site.find_record(leaf)
        yield self.unstapled(
            certificate_subject(certificate),
            problem,
            certificate,
            host,
            site,
            name=leaf.common_name,
            maker=record.host.name if record else "another host",
        )
