"""AS314."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.certificates.keys import KeyProblem
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, CertificateRule, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site


class CaCertificate(CertificateRule):
    """The certificate of the host is that of an authority.

    httpd says so in its log and uses it; clients may refuse it. Where the issuer's certificate only
    stands first in the file, the key does not fit, and AS312 says so.
    """

    code = "AS314"
    severity = Severity.WARNING
    effect = Effect.ADVICE
    log_id = "AH01906"
    bad = Example(CACHE + tls_host("SSLUseStapling on", certificate="authority"))
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, certificate: HostCertificate, host: Host, site: Site) -> Iterator[Finding]:
        """Self-signed ones apart: tools make them so by default."""
        leaf = certificate.leaf
        if leaf is None or not leaf.is_ca or leaf.is_self_signed:
            return
        if site.key_problem(certificate) is KeyProblem.OTHER_CERTIFICATE:
            return
        yield self.finding(
            certificate.directive.place,
            f"the certificate of {leaf.common_name} is that of an authority, not of a server",
            "Name the server's own certificate, or put it first in the file.",
            host=host,
            certificate=certificate,
        )
