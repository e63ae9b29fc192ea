"""AS312."""

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


class KeyOfAnotherCertificate(KeyRule):
    """The private key does not belong to the certificate.

    `httpd -t` does not compare them. The server does, and exits. Keys and certificates are paired
    by their order in the host. If the issuer's certificate is first in the file, httpd compares the
    key with that one.
    """

    problems = frozenset({KeyProblem.OTHER_CERTIFICATE})
    code = "AS312"
    severity = Severity.ERROR
    effect = Effect.DOES_NOT_START
    log_id = "AH02565"
    message = (
        "the key in {key} does not belong to the certificate of {name}, which is the first one in "
        "{path}"
    )
    help = {
        "": "Set SSLCertificateKeyFile to the key that was made for this certificate.",
        "issuer-first": "Put the certificate of {own} first in {path}.",
    }
    by_hand = (
        Check(
            "Compare the public keys of the certificate and of the private key.",
            "diff -q <(openssl x509 -in certs/good.pem -noout -pubkey) "
            "<(openssl pkey -in certs/other.key -pubout)",
        ),
    )
    bad = (
        Example(CACHE + tls_host("SSLUseStapling on", key="other")),
        Example(CACHE + tls_host("SSLUseStapling on", certificate="issuer-first")),
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling on",
                "SSLOpenSSLConfCmd Certificate certs/other.pem",
                "SSLOpenSSLConfCmd PrivateKey certs/third.key",
                certificate="rsa",
            ),
            log_id="AH02407",
        ),
    )
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)

    def check(
        self, problem: KeyProblem, certificate: HostCertificate, host: Host, site: Site
    ) -> Iterator[Finding]:
        leaf, file = certificate.leaf, certificate.file
        if leaf is None or file is None:
            return
        own = [later for later in file.chain if later.is_issued_by(leaf)] if leaf.is_ca else []
        yield self.finding(
            key_subject(certificate),
            variant="issuer-first" if own else "",
            hosts=(host,),
            certificate=certificate,
            log_id="AH02407" if certificate.is_of_command else None,
            key=first_argument(certificate.key_directive or certificate.directive),
            name=leaf.common_name,
            path=certificate.name,
            own=own[0].common_name if own else "",
        )
