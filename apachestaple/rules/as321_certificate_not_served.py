"""AS321."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.by_hand import Check, plain
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

_OTHER = "SSLCertificateFile certs/other.pem\n    SSLCertificateKeyFile certs/other.key"


class CertificateNotServed(CertificateRule):
    """A later certificate of the host has the same type of key.

    OpenSSL keeps one certificate for each type of key, such as RSA or EC. Of several with one type,
    the last one is served and stapled.
    """

    code = "AS321"
    severity = Severity.WARNING
    effect = Effect.IGNORED
    message = "{path} is not served, because {used} has the same type of key and is set later"
    help = "Remove this SSLCertificateFile and its SSLCertificateKeyFile."
    by_hand = (
        Check(
            "Print the subject of the certificate that httpd serves. It is that of other.pem.",
            plain(),
        ),
    )
    bad = (
        Example(
            CACHE + tls_host(_OTHER, "SSLUseStapling on", certificate="no-ocsp"),
            as_if=CACHE + tls_host("SSLUseStapling on", certificate="other"),
        ),
    )
    good = (
        Example(
            CACHE
            + tls_host(
                "SSLCertificateFile certs/rsa.pem",
                "SSLCertificateKeyFile certs/rsa.key",
                "SSLUseStapling off",
                certificate="no-ocsp",
            )
        ),
    )

    def asks_for(
        self, certificate: HostCertificate, leaf: Certificate, host: Host, site: Site
    ) -> bool:
        return len(host.certificates) > 1

    def check(
        self, certificate: HostCertificate, leaf: Certificate, host: Host, site: Site
    ) -> Iterator[Finding]:
        if certificate in host.served:
            return
        if certificate.directive in site.in_force.certificates:
            # Another host serves it from the same line.
            return
        used = next(c for c in host.served if c.leaf and c.leaf.key_type == leaf.key_type)
        yield self.finding(
            certificate_subject(certificate),
            hosts=(host,),
            certificate=certificate,
            path=certificate.name,
            used=used.name,
        )
