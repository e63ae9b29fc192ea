"""AS301."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.certificates.pem import Problem
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, Example, ProblemRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site


class CertificateMissing(ProblemRule):
    """The file of a certificate is missing, empty or no file.

    httpd looks for it when it reads the directive (ssl_cmd_check_file).
    """

    problems = frozenset({Problem.MISSING, Problem.EMPTY, Problem.NOT_A_FILE})
    code = "AS301"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    bad = Example(
        CACHE + tls_host("SSLUseStapling on", certificate="missing", key="good"),
        rejection="does not exist or is empty",
    )
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, certificate: HostCertificate, host: Host, site: Site) -> Iterator[Finding]:
        """A missing file only where the server's files are here."""
        problem = certificate.file.problem if certificate.file else None
        if problem is Problem.MISSING and not site.certificates_required:
            return
        words = {Problem.MISSING: "is not there", Problem.EMPTY: "is empty"}
        what = words.get(problem, "is not a file") if problem else ""
        yield self.finding(
            certificate.directive.place,
            f"{certificate.name} {what}",
            "Correct the path, or put the certificate there.",
            host=host,
            certificate=certificate,
        )
