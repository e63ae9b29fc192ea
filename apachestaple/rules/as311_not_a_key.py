"""AS311."""

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


class NotAKey(KeyRule):
    """The file holds no private key, or a damaged one.

    `httpd -t` only looks whether the file is there; the server then cannot use it and exits.
    Without SSLCertificateKeyFile, the key has to stand in the file of the certificate.
    """

    problems = frozenset({KeyProblem.NO_KEY})
    code = "AS311"
    severity = Severity.ERROR
    effect = Effect.DOES_NOT_START
    log_id = "AH02564"
    bad = Example(
        CACHE + tls_host("SSLUseStapling on").replace("certs/good.key", "certs/chain.pem")
    )
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(
        self, problem: KeyProblem, certificate: HostCertificate, host: Host, site: Site
    ) -> Iterator[Finding]:
        """A certificate's file without a key only where the server's files are here."""
        directive = certificate.key_directive
        if directive is None and not site.certificates_required:
            return
        named = directive or certificate.directive
        yield self.finding(
            named.place,
            f"{first_argument(named)} holds no private key that httpd could read",
            "Name the file of the key in PEM form: SSLCertificateKeyFile.",
            host=host,
            certificate=certificate,
        )
