"""AS401."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.hosts import ObstacleKind
from apachestaple.ocsp.uri import url_fault
from apachestaple.rules.finding import Effect, Finding, Repair, Severity
from apachestaple.rules.responder_url import effect_of, said_of
from apachestaple.rules.rule import CACHE, Example, ObstacleRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site


class FirstUriNotHttp(ObstacleRule):
    """The first OCSP URI of the certificate is not an http URL.

    mod_ssl asks the first URI and no other, and only over http. With any other scheme it aborts the
    handshake of every client that asks for a status, although the next URI would do
    (stapling_renew_response). Where the URI has no scheme at all, the child process crashes.
    """

    kind = ObstacleKind.URI_NOT_HTTP
    code = "AS401"
    severity = Severity.ERROR
    effect = Effect.ABORTS_HANDSHAKES
    log_id = "AH01940"
    repair = Repair.SAFE
    bad = Example(CACHE + tls_host("SSLUseStapling on", certificate="https-responder"))
    good = Example(CACHE + tls_host("SSLUseStapling off", certificate="https-responder"))

    def check(
        self, certificate: HostCertificate, leaf: Certificate, host: Host, site: Site
    ) -> Iterator[Finding]:
        """Every one."""
        fault = url_fault(leaf.ocsp_uris[0])
        if fault is None:
            return
        later = next((uri for uri in leaf.ocsp_uris if url_fault(uri) is None), None)
        advice = self.advice(host)
        if later:
            advice = f"Set SSLStaplingForceURL {later}, or switch stapling off, as fix does."
        yield self.finding(
            certificate.directive.place,
            f"the first OCSP URI of {leaf.common_name}: {said_of(leaf.ocsp_uris[0], fault)}",
            advice,
            host=host,
            certificate=certificate,
            effect=effect_of(fault, host),
            log_id=fault.log_id,
            repairable=host.is_hopeless,
        )
