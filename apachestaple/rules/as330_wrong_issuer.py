"""AS330."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.stapling_problem import StaplingProblemKind
from apachestaple.rules.by_hand import Check
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.unstaplable import HELP, UnstaplableRule
from apachestaple.rules.remedy import TURNED_OFF
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from apachestaple.rules.subject import certificate_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.mod_ssl.stapling_problem import StaplingProblem
    from apachestaple.rules.finding import Finding


_CHAIN = "SSLCertificateChainFile certs/{}.pem"


class WrongIssuer(UnstaplableRule):
    """A certificate with the issuer's name, but another key, is used as the issuer.

    mod_ssl uses the first certificate with the issuer's name, unless the key identifiers differ
    (X509_check_issued). It does not verify the signature. If a certificate with another key comes
    first, for example after an authority has changed its key, httpd's queries contain the wrong
    issuer, and clients get the response as a staple: unknown, or an error. This applies to all
    hosts with the certificate: the first one that httpd initializes decides (the main server, then
    the last virtual host).
    """

    problem = StaplingProblemKind.WRONG_ISSUER
    code = "AS330"
    severity = Severity.ERROR
    effect = Effect.BAD_STAPLE
    log_id = "AH02969"
    fix = Fix.SAFE
    message = (
        "the chain of {name} contains a certificate with the issuer's name, but another key; httpd "
        "uses it as the issuer, so clients get a staple that they cannot use"
    )
    help = HELP | {"": "Replace that certificate with the issuer's."}
    repair = (
        "If the right issuer is in another file that the configuration names, or in the folder of "
        "the certificate, `fix` sets SSLCertificateChainFile, or removes it if the issuer is in "
        f"the certificate file. Otherwise `fix` {TURNED_OFF}"
    )
    by_hand = (
        Check(
            "See whether the certificate in the chain file has signed the leaf. It has not.",
            "openssl verify -partial_chain -trusted certs/namesake-first.pem certs/leaf-only.pem "
            "2>&1 | grep lookup",
        ),
    )
    bad = (
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling on", _CHAIN.format("namesake-first"), certificate="leaf-only"
            )
        ),
        Example(
            CACHE
            + tls_host("SSLUseStapling on", _CHAIN.format("namesake"), certificate="leaf-only")
            + tls_host(
                "SSLUseStapling off",
                _CHAIN.format("chain"),
                certificate="leaf-only",
                name="other.example.com",
            ),
            clients=("www.example.com",),
        ),
    )
    good = (
        FIXED,
        Example(
            CACHE + tls_host("SSLUseStapling on", _CHAIN.format("chain"), certificate="leaf-only")
        ),
    )

    def check(
        self,
        problem: StaplingProblem,
        certificate: HostCertificate,
        leaf: Certificate,
        host: Host,
        site: Site,
    ) -> Iterator[Finding]:
        record = site.find_record(leaf)
        if record is None or record.host is not host:
            return
        sharing = [member.host for member in site.members(leaf) if member.host is not host]
        yield self.unstapled(
            certificate_subject(certificate),
            problem,
            certificate,
            host,
            site,
            sharing=sharing,
            name=leaf.common_name,
        )
