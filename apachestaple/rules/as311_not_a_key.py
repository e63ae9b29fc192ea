"""AS311."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.certificates.keys import KeyProblem
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.rules.by_hand import Check
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.key import KeyRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import key_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class NotAKey(KeyRule):
    """The file contains no private key, or a damaged one.

    `httpd -t` only checks that the file exists. The server then cannot load the key and exits.
    Without SSLCertificateKeyFile, the key must be in the file of the certificate.
    """

    problems = frozenset({KeyProblem.NO_KEY})
    code = "AS311"
    severity = Severity.ERROR
    effect = Effect.DOES_NOT_START
    log_id = "AH02564"
    message = "{path} contains no private key that httpd can read"
    help = "Set SSLCertificateKeyFile to the file of the key in PEM format."
    by_hand = (
        Check("Read the private key.", "openssl pkey -in certs/chain.pem -noout 2>&1 | head -n 1"),
    )
    bad = (
        Example(CACHE + tls_host("SSLUseStapling on").replace("certs/good.key", "certs/chain.pem")),
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling on",
                "SSLOpenSSLConfCmd Certificate certs/other.pem",
                "SSLOpenSSLConfCmd PrivateKey certs/chain.pem",
                certificate="rsa",
            ),
            log_id="AH02407",
        ),
    )
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)

    def check(
        self, problem: KeyProblem, certificate: HostCertificate, host: Host, site: Site
    ) -> Iterator[Finding]:
        directive = certificate.key_directive
        # A copy of a configuration may contain certificates without their keys.
        if directive is None and not site.certificates_required:
            return
        yield self.finding(
            key_subject(certificate),
            hosts=(host,),
            certificate=certificate,
            log_id="AH02407" if certificate.is_of_command else None,
            path=first_argument(directive or certificate.directive),
        )
