"""AS301."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.certificates.pem import Problem
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.certificate_file import CertificateFileRule
from apachestaple.rules.rule import (
    CACHE,
    MOD_MD,
    Example,
    managed_domain,
    managed_host,
    tls_host,
)
from apachestaple.rules.subject import certificate_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class CertificateMissing(CertificateFileRule):
    """The file of a certificate does not exist, is empty or is not a file.

    httpd checks the file when it reads the directive (ssl_cmd_check_file). The file of
    MDCertificateFile is only read when the server starts, and then it exits.
    """

    problems = frozenset({Problem.MISSING, Problem.EMPTY, Problem.NOT_A_FILE})
    code = "AS301"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    message = {
        Problem.MISSING: "{path} does not exist",
        Problem.EMPTY: "{path} is empty",
        Problem.NOT_A_FILE: "{path} is not a file",
    }
    help = "Correct the path, or store the certificate in this file."
    bad = (
        Example(
            CACHE + tls_host("SSLUseStapling on", certificate="missing", key="good"),
            rejection="does not exist or is empty",
        ),
        Example(
            CACHE + tls_host("SSLUseStapling on", certificate="empty", key="good"),
            rejection="does not exist or is empty",
        ),
        Example(
            MOD_MD + managed_domain(certificate="missing", key="good") + managed_host(),
            effect=Effect.DOES_NOT_START,
            log_id="AH02562",
        ),
    )
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)

    def check(
        self, problem: Problem, certificate: HostCertificate, host: Host, site: Site
    ) -> Iterator[Finding]:
        # Only if the files of the server are on this machine.
        if problem is Problem.MISSING and not site.certificates_required:
            return
        managed = certificate.directive.key == "mdcertificatefile"
        yield self.finding(
            certificate_subject(certificate),
            variant=problem,
            effect=Effect.DOES_NOT_START if managed else None,
            log_id="AH02562" if managed else None,
            hosts=(host,),
            certificate=certificate,
            path=certificate.name,
        )
