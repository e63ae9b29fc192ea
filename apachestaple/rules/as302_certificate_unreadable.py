"""AS302."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.certificates.pem import Problem
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, Example, ProblemRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site


class CertificateUnreadable(ProblemRule):
    """The file of a certificate cannot be read by this user.

    httpd reads certificates as root. Run as root, or as a member of the right group, to have them
    looked at; until then nothing is said about them.
    """

    problems = frozenset({Problem.UNREADABLE})
    code = "AS302"
    severity = Severity.INFO
    effect = Effect.ADVICE
    bad = Example(CACHE + tls_host("SSLUseStapling on", certificate="secret", key="good"))
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, certificate: HostCertificate, host: Host, site: Site) -> Iterator[Finding]:
        """Every such file."""
        yield self.finding(
            certificate.directive.place,
            f"{certificate.name} cannot be read, and its certificate was not looked at",
            "Run apachestaple as a user who may read it.",
            host=host,
            certificate=certificate,
        )
