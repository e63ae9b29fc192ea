"""AS319."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.certificates.strength import weakest, weakness
from apachestaple.mod_ssl.security_level import security_level
from apachestaple.rules.by_hand import Check, x509
from apachestaple.rules.finding import Confidence, Effect, Severity
from apachestaple.rules.kinds.certificate import CertificateRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import certificate_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class WeakCertificate(CertificateRule):
    """A certificate is too weak for OpenSSL's security level.

    OpenSSL rejects certificates whose key or signature is weaker than its security level. Level 1
    rejects RSA keys below 1024 bits and signatures with MD5 or SHA-1, level 2 also RSA keys below
    2048 bits. Debian, RHEL and OpenSSL since version 3.2 use level 2; `@SECLEVEL=1` or
    `@SECLEVEL=0` in SSLCipherSuite lowers it. On Windows, and with XAMPP and Bitnami, httpd brings
    an OpenSSL along, whose level is not known. OpenSSL 3.5 accepts signatures with SHA-1 again. The
    same applies to the certificates that follow in SSLCertificateFile.

    The levels are those of OpenSSL's manual (SSL_CTX_set_security_level). They are played with
    Debian's httpd and OpenSSL; the defaults of other systems are from their documentation.
    """

    code = "AS319"
    severity = Severity.ERROR
    confidence = Confidence.LIKELY
    effect = Effect.DOES_NOT_START
    log_id = "AH02562"
    message = (
        "the certificate of {name} has {weakness}, which OpenSSL rejects at security level {level}"
    )
    help = {
        "": "Replace the certificate by one with a stronger key and a SHA-256 signature.",
        "chain": "Replace the certificate of {name} in {path}.",
    }
    by_hand = (
        Check(
            "Print the length of the key and the algorithm of the signature.",
            f"{x509('weak-key', '-text')} | grep -E -m 2 'Signature Alg|Public-Key'",
        ),
    )
    bad = (
        Example(CACHE + tls_host("SSLUseStapling on", certificate="weak-key")),
        Example(CACHE + tls_host("SSLUseStapling on", certificate="sha1")),
        Example(
            CACHE
            + tls_host("SSLUseStapling on", "SSLCipherSuite HIGH:@SECLEVEL=1", certificate="sha1")
        ),
        Example(CACHE + tls_host("SSLUseStapling on", "SSLCipherSuite HIGH:@SECLEVEL=4")),
        Example(CACHE + tls_host("SSLUseStapling on", certificate="weak-chain")),
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling on",
                "SSLOpenSSLConfCmd Certificate certs/weak-key.pem",
                "SSLOpenSSLConfCmd PrivateKey certs/weak-key.key",
            ),
            log_id="AH02407",
        ),
    )
    good = (
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling on", "SSLCipherSuite HIGH:@SECLEVEL=1", certificate="weak-key"
            )
        ),
        Example(
            CACHE
            + tls_host("SSLUseStapling on", 'SSLCipherSuite "HIGH:@SECLEVEL=0"', certificate="sha1")
        ),
        Example(CACHE + tls_host("SSLUseStapling on", certificate="rsa")),
    )

    def asks_for(
        self, certificate: HostCertificate, leaf: Certificate, host: Host, site: Site
    ) -> bool:
        chain = certificate.file.chain if certificate.file else ()
        is_strong = leaf.is_strong and all(each.is_strong for each in chain)
        # Another level than the default one is set by the host.
        return not is_strong or "sslciphersuite" in site.names

    def check(
        self, certificate: HostCertificate, leaf: Certificate, host: Host, site: Site
    ) -> Iterator[Finding]:
        level, is_set = security_level(host)
        weak, found = leaf, weakness(leaf, level)
        if found is None and certificate.file and certificate.file.chain:
            in_chain = weakest(certificate.file.chain, level)
            # With SSLCertificateChainFile, mod_ssl does not load the chain in the file.
            if in_chain is not None and (
                certificate.is_of_command or host.setting("SSLCertificateChainFile") is None
            ):
                weak, found = in_chain
        if found is not None:
            # OpenSSL before version 3.2 uses level 1.
            is_open = not is_set and site.configuration.own_openssl and weakness(weak, 1) is None
            confidence = Confidence.CERTAIN if is_set and found.is_key else None
            yield self.finding(
                certificate_subject(certificate),
                variant="" if weak is leaf else "chain",
                severity=Severity.INFO if is_open else None,
                confidence=Confidence.POSSIBLE if is_open else confidence,
                log_id="AH02407" if certificate.is_of_command else None,
                hosts=(host,),
                certificate=certificate,
                name=weak.common_name,
                weakness=found.text,
                level=level,
                path=certificate.name,
            )
