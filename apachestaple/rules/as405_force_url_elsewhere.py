"""AS405."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.ocsp.uri import parse_uri, url_fault
from apachestaple.rules.finding import Confidence, Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, Example, HostRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site


class ForceUrlElsewhere(HostRule):
    """SSLStaplingForceURL asks another host than the certificate names.

    A responder that does not know the authority answers unauthorized, and clients get that as a
    staple. It is right for a responder of one's own that passes queries on.
    """

    code = "AS405"
    severity = Severity.INFO
    confidence = Confidence.POSSIBLE
    effect = Effect.ADVICE
    settings = frozenset({"sslstaplingforceurl"})
    bad = Example(
        CACHE + tls_host("SSLUseStapling on", "SSLStaplingForceURL http://ocsp.example.com/")
    )
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        """Hosts with stapling and a usable ForceURL."""
        directive = host.setting("SSLStaplingForceURL")
        if directive is None or not host.staples or not host.force_url:
            return
        forced = parse_uri(host.force_url)
        if forced is None or url_fault(host.force_url):
            return
        for certificate in host.certificates:
            named = parse_uri(certificate.first_uri or "")
            if named is None or not named.host or named.host == forced.host:
                continue
            yield self.finding(
                directive.place,
                f"httpd asks {forced.host}, and the certificate names {named.host}",
                "Remove it, unless that responder answers for this authority.",
                host=host,
                certificate=certificate,
            )
