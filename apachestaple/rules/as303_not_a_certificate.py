"""AS303."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.certificates.pem import Problem
from apachestaple.rules.by_hand import Check, x509
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.certificate_file import CertificateFileRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import certificate_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class NotACertificate(CertificateFileRule):
    """The file contains no certificate, or a damaged one.

    `httpd -t` only checks that the file exists. The server then cannot load it and exits.
    """

    problems = frozenset({Problem.NO_CERTIFICATE, Problem.DAMAGED})
    code = "AS303"
    severity = Severity.ERROR
    effect = Effect.DOES_NOT_START
    log_id = "AH02562"
    message = {
        Problem.NO_CERTIFICATE: "{path} contains no certificate",
        Problem.DAMAGED: "{path} is damaged",
    }
    help = (
        "Store the certificate in this file in PEM format, with the server's own certificate first."
    )
    by_hand = (Check("Read the certificate.", f"{x509('truncated')} 2>&1 | head -n 1"),)
    bad = (
        Example(CACHE + tls_host("SSLUseStapling on", certificate="truncated", key="good")),
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling on",
                "SSLCertificateChainFile certs/chain.pem",
                certificate="truncated",
                key="good",
            ),
            log_id="AH02561",
        ),
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling on", "SSLOpenSSLConfCmd Certificate certs/not-a-certificate.pem"
            ),
            log_id="AH02407",
        ),
    )
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)

    def check(
        self, problem: Problem, certificate: HostCertificate, host: Host, site: Site
    ) -> Iterator[Finding]:
        # With a chain file, httpd only reads the leaf from the certificate's file.
        by_openssl = certificate.is_of_command
        leaf_only = host.setting("SSLCertificateChainFile") is not None and not by_openssl
        if certificate.file is None or (certificate.file.leaf and leaf_only):
            return
        yield self.finding(
            certificate_subject(certificate),
            variant=problem,
            hosts=(host,),
            certificate=certificate,
            log_id="AH02561" if leaf_only else ("AH02407" if by_openssl else None),
            path=certificate.name,
        )
