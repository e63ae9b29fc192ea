"""AS310."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.certificates.keys import KeyProblem
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.key import KeyRule
from apachestaple.rules.rule import (
    CACHE,
    MOD_MD,
    Example,
    managed_domain,
    managed_host,
    tls_host,
)
from apachestaple.rules.subject import key_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class KeyMissing(KeyRule):
    """The file of a private key does not exist, or is empty.

    httpd checks the file when it reads the directive (ssl_cmd_check_file). It only reads the file
    of MDCertificateKeyFile when the server starts, and then exits. If the configuration is in a
    repository instead of on its server, missing keys are not reported.
    """

    problems = frozenset({KeyProblem.MISSING, KeyProblem.EMPTY})
    code = "AS310"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    message = {
        KeyProblem.MISSING: "{path} does not exist",
        KeyProblem.EMPTY: "{path} is empty",
    }
    help = "Correct the path, or store the private key in this file."
    bad = (
        Example(
            CACHE + tls_host("SSLUseStapling on", key="missing"),
            rejection="does not exist or is empty",
        ),
        Example(
            (CACHE + tls_host("SSLUseStapling on")).replace("certs/good.key", "certs/empty.pem"),
            rejection="does not exist or is empty",
        ),
        Example(
            MOD_MD + managed_domain(key="missing") + managed_host(),
            effect=Effect.DOES_NOT_START,
            log_id="AH02564",
        ),
    )
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)

    def check(
        self, problem: KeyProblem, certificate: HostCertificate, host: Host, site: Site
    ) -> Iterator[Finding]:
        directive = certificate.key_directive
        if directive is None:
            return
        # Only if the files of the server are on this machine.
        if problem is KeyProblem.MISSING and not site.certificates_required:
            return
        managed = directive.key == "mdcertificatekeyfile"
        yield self.finding(
            key_subject(certificate),
            variant=problem,
            effect=Effect.DOES_NOT_START if managed else None,
            log_id="AH02564" if managed else None,
            hosts=(host,),
            certificate=certificate,
            path=first_argument(directive),
        )
