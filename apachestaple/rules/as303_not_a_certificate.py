"""AS303."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.certificates.pem import Problem
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, Example, ProblemRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site


class NotACertificate(ProblemRule):
    """The file holds no certificate, or a damaged one.

    `httpd -t` only looks whether the file is there; the server then cannot use it and exits.
    """

    problems = frozenset({Problem.NO_CERTIFICATE, Problem.DAMAGED})
    code = "AS303"
    severity = Severity.ERROR
    effect = Effect.DOES_NOT_START
    log_id = "AH02562"
    bad = Example(CACHE + tls_host("SSLUseStapling on", certificate="truncated", key="good"))
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, certificate: HostCertificate, host: Host, site: Site) -> Iterator[Finding]:
        """Files without a leaf, or with a damaged certificate that httpd would read."""
        file = certificate.file
        if file is None:
            return
        leaf_only = host.setting("SSLCertificateChainFile") is not None
        if file.leaf and leaf_only:
            return
        what = "is damaged" if file.problem is Problem.DAMAGED else "holds no certificate"
        yield self.finding(
            certificate.directive.place,
            f"{certificate.name} {what}",
            "Put the certificate there in PEM form, the server's own first.",
            host=host,
            certificate=certificate,
            log_id="AH02561" if leaf_only else None,
        )
