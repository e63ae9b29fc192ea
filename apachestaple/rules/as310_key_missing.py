"""AS310."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.certificates.keys import KeyProblem
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, Example, KeyRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site


class KeyMissing(KeyRule):
    """The file that SSLCertificateKeyFile names is not there, or is empty.

    httpd looks for it when it reads the directive (ssl_cmd_check_file). Where configurations are
    kept away from their server, keys are not expected.
    """

    problems = frozenset({KeyProblem.MISSING, KeyProblem.EMPTY})
    code = "AS310"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    bad = Example(
        CACHE + tls_host("SSLUseStapling on", key="missing"),
        rejection="does not exist or is empty",
    )
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(
        self, problem: KeyProblem, certificate: HostCertificate, host: Host, site: Site
    ) -> Iterator[Finding]:
        """A missing file only where the server's files are here."""
        directive = certificate.key_directive
        if directive is None:
            return
        if problem is KeyProblem.MISSING and not site.certificates_required:
            return
        what = "is empty" if problem is KeyProblem.EMPTY else "is not there"
        yield self.finding(
            directive.place,
            f"{first_argument(directive)} {what}",
            "Correct the path, or put the key there.",
            host=host,
            certificate=certificate,
        )
