"""AS401."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.stapling_problem import StaplingProblemKind
from apachestaple.ocsp.uri import url_problem
from apachestaple.rules.by_hand import Check, x509
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.unstaplable import OTHER, UnstaplableRule
from apachestaple.rules.provided import HELP_PROVIDED
from apachestaple.rules.remedy import TURNED_OFF
from apachestaple.rules.responder_url import URL_MESSAGES, effect_of
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from apachestaple.rules.subject import certificate_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.mod_ssl.stapling_problem import StaplingProblem
    from apachestaple.rules.finding import Finding


_RSA = ("SSLCertificateFile certs/rsa.pem", "SSLCertificateKeyFile certs/rsa.key")
_WAYS = HELP_PROVIDED | {
    "": "Turn stapling off for this host: SSLUseStapling off.",
    OTHER: "Replace this certificate; the host staples another one.",
}


class FirstUriNotHttp(UnstaplableRule):
    """The first OCSP URI of the certificate is not an http URL.

    mod_ssl only uses the first URI, and only supports http. With any other scheme it aborts the
    handshake of every client that requests a staple, even if the next URI is an http URL
    (stapling_renew_response). If the URI has no scheme at all, the child process crashes.
    """

    problem = StaplingProblemKind.URI_NOT_HTTP
    code = "AS401"
    severity = Severity.ERROR
    effect = Effect.ABORTS_HANDSHAKES
    log_id = "AH01940"
    fix = Fix.SAFE
    message = {
        problem + way: f"the first OCSP URI of {{name}}, {{url}}, {text.removeprefix('{url} ')}"
        for problem, text in URL_MESSAGES.items()
        for way in _WAYS
    }
    help = {problem + way: text for problem in URL_MESSAGES for way, text in _WAYS.items()}
    repair = (
        "`fix` sets SSLStaplingForceURL to a later URI of the certificate that is an http URL, or "
        f"to that of another host with this certificate or issuer. Otherwise `fix` {TURNED_OFF}"
    )
    by_hand = (
        Check(
            "Print the OCSP URIs of the certificate. httpd uses the first one.",
            x509("https-responder", "-ocsp_uri"),
        ),
    )
    bad = (
        Example(CACHE + tls_host("SSLUseStapling on", certificate="https-responder")),
        Example(CACHE + tls_host("SSLUseStapling on", certificate="https-first")),
        Example(CACHE + tls_host("SSLUseStapling on", *_RSA, certificate="https-responder")),
    )
    good = (FIXED, Example(CACHE + tls_host("SSLUseStapling off", certificate="https-responder")))

    def check(
        self,
        problem: StaplingProblem,
        certificate: HostCertificate,
        leaf: Certificate,
        host: Host,
        site: Site,
    ) -> Iterator[Finding]:
        url = leaf.ocsp_uris[0]
        of_url = url_problem(url)
        if of_url is None:
            return
        yield self.unstapled(
            certificate_subject(certificate),
            problem,
            certificate,
            host,
            site,
            prefix=of_url,
            effect=effect_of(of_url, host),
            log_id=of_url.log_id,
            name=leaf.common_name,
            url=url,
        )
