"""AS302."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.certificates.pem import LARGEST_FILE, Problem
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, Example, ProblemRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site


class CertificateUnreadable(ProblemRule):
    """The file of a certificate cannot be read by this user, or is too large.

    httpd reads certificates as root. Run as root, or as a member of the right group, to have them
    checked; until then nothing is said about them. httpd itself has no limit of size.
    """

    problems = frozenset({Problem.UNREADABLE, Problem.TOO_LARGE})
    code = "AS302"
    severity = Severity.INFO
    effect = Effect.ADVICE
    bad = Example(CACHE + tls_host("SSLUseStapling on", certificate="secret", key="good"))
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, certificate: HostCertificate, host: Host, site: Site) -> Iterator[Finding]:
        """Every such file."""
        if certificate.file and certificate.file.problem is Problem.TOO_LARGE:
            reason = f"is larger than {LARGEST_FILE >> 20} MB"
            help_ = "Keep only the server's certificate and its chain in this file."
        else:
            reason = "cannot be read"
            help_ = "Run apachestaple as a user who can read this file."
        yield self.finding(
            certificate.directive.place,
            f"{certificate.name} {reason}, so its certificate was not checked",
            help_,
            host=host,
            certificate=certificate,
        )
