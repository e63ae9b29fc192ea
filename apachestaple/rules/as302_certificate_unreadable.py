"""AS302."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.certificates.pem import LARGEST_FILE, Problem
from apachestaple.rules.by_hand import Check
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.certificate_file import CertificateFileRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import certificate_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class CertificateUnreadable(CertificateFileRule):
    """The file of a certificate cannot be read by this user, or is too large.

    httpd reads certificates as root and has no size limit. apachestaple cannot check a certificate
    that it cannot read.
    """

    problems = frozenset({Problem.UNREADABLE, Problem.TOO_LARGE})
    code = "AS302"
    severity = Severity.INFO
    effect = Effect.ADVICE
    message = {
        Problem.UNREADABLE: "{path} cannot be read, so its certificate was not checked",
        Problem.TOO_LARGE: "{path} is larger than {limit} MB, so its certificate was not checked",
    }
    help = {
        Problem.UNREADABLE: "Run apachestaple as root, or as a user who can read the file.",
        Problem.TOO_LARGE: "Keep only the server's certificate and its chain in this file.",
    }
    by_hand = (
        Check(
            "List the owner and the mode of the file with `ls -lL certs/secret.pem`, and its size."
        ),
    )
    bad = (Example(CACHE + tls_host("SSLUseStapling on", certificate="secret", key="good")),)
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)

    def check(
        self, problem: Problem, certificate: HostCertificate, host: Host, site: Site
    ) -> Iterator[Finding]:
        yield self.finding(
            certificate_subject(certificate),
            variant=problem,
            hosts=(host,),
            certificate=certificate,
            path=certificate.name,
            limit=LARGEST_FILE >> 20,
        )
