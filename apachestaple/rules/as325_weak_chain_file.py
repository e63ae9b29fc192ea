"""AS325."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.chain_file import weak_in_chain_file
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.mod_ssl.security_level import security_level
from apachestaple.rules.by_hand import Check, plain
from apachestaple.rules.finding import Confidence, Effect, Severity
from apachestaple.rules.kinds.host import HostRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class WeakChainFile(HostRule):
    """A certificate in SSLCertificateChainFile is too weak for OpenSSL's security level.

    httpd starts, because OpenSSL checks the certificates of this file only when it sends them. It
    then aborts every handshake, with or without stapling, with the alert "internal error". The log
    has the reason at level info.
    """

    settings = frozenset({"sslcertificatechainfile"})
    tls = True
    code = "AS325"
    severity = Severity.ERROR
    confidence = Confidence.LIKELY
    effect = Effect.ABORTS_HANDSHAKES
    message = (
        "the certificate of {name} in {path} has {weakness}, which OpenSSL refuses at security "
        "level {level}, so all handshakes are aborted"
    )
    help = "Replace or remove this certificate in {path}."
    by_hand = (
        Check(
            "Print the lengths of the keys in the file.",
            "openssl storeutl -noout -text -certs certs/weak-chain.pem | grep -E 'Public-Key'",
        ),
        Check("Do not request a staple. httpd aborts this handshake, too.", plain()),
    )
    bad = (
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling on",
                "SSLCipherSuite HIGH:@SECLEVEL=2",
                "SSLCertificateChainFile certs/weak-chain.pem",
                certificate="leaf-only",
            )
        ),
    )
    good = (
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling on",
                "SSLCipherSuite HIGH:@SECLEVEL=1",
                "SSLCertificateChainFile certs/weak-chain.pem",
                certificate="leaf-only",
            )
        ),
        Example(CACHE + tls_host("SSLUseStapling on", "SSLCACertificateFile certs/weak-chain.pem")),
    )

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        directive = host.setting("SSLCertificateChainFile")
        weak = weak_in_chain_file(host, site)
        if directive is not None and weak is not None:
            certificate, found = weak
            level, is_set = security_level(host)
            yield self.finding(
                directive_subject(directive),
                confidence=Confidence.CERTAIN if is_set and found.is_key else None,
                hosts=(host,),
                name=certificate.common_name,
                weakness=found.text,
                level=level,
                path=first_argument(directive),
            )
