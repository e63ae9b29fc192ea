"""AS405."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.ocsp.uri import parse_uri, url_problem
from apachestaple.rules.by_hand import DUMP, Check, in_effect, x509
from apachestaple.rules.finding import Confidence, Effect, Severity
from apachestaple.rules.kinds.setting import SettingRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class ForceUrlElsewhere(SettingRule):
    """SSLStaplingForceURL has another host name than the OCSP URIs of the certificate.

    A responder that does not know the authority answers unauthorized, and clients get that as a
    staple. The setting is correct for your own responder that forwards queries.
    """

    code = "AS405"
    severity = Severity.INFO
    confidence = Confidence.POSSIBLE
    effect = Effect.ADVICE
    setting = "SSLStaplingForceURL"
    message = "httpd queries {forced}, but the certificate names {named}"
    help = "Remove the line, unless that responder answers for this authority."
    by_hand = (
        Check("Print the OCSP URIs of the certificate.", x509("good", "-ocsp_uri")),
        Check(f"{DUMP} httpd queries another host.", in_effect("SSLStaplingForceURL")),
    )
    bad = (
        Example(
            CACHE + tls_host("SSLUseStapling on", "SSLStaplingForceURL http://ocsp.example.com/")
        ),
    )
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)

    def check(self, directive: Directive, hosts: Sequence[Host], site: Site) -> Iterator[Finding]:
        url = first_argument(directive)
        forced = parse_uri(url)
        if forced is None or not url or url_problem(url):
            return
        for host in hosts:
            for certificate in host.certificates:
                named = parse_uri(certificate.first_uri or "")
                if named is None or not named.host or forced.host in _hosts(certificate, host):
                    continue
                yield self.finding(
                    directive_subject(directive),
                    hosts=(host,),
                    certificate=certificate,
                    forced=forced.host,
                    named=named.host,
                )


def _hosts(certificate: HostCertificate, host: Host) -> set[str | None]:
    """The host names in the OCSP URIs of a certificate, and of others of the same issuer."""
    issuer = certificate.leaf.issuer_and_key if certificate.leaf else None
    leaves = (each.leaf for each in host.certificates)
    uris = (
        uri for leaf in leaves if leaf and leaf.issuer_and_key == issuer for uri in leaf.ocsp_uris
    )
    return {uri.host for uri in map(parse_uri, uris) if uri is not None}
