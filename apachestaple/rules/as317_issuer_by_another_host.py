"""AS317."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.by_hand import Check, log
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.certificate import CertificateRule
from apachestaple.rules.provided import CHAINS, HELP_PROVIDED, provided
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from apachestaple.rules.subject import certificate_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


_CHAIN = "SSLCertificateChainFile certs/chain.pem"
_OTHER = tls_host(
    "SSLUseStapling on",
    _CHAIN,
    certificate="leaf-only",
    name="other.example.com",
)


class IssuerByAnotherHost(CertificateRule):
    """A host staples only because another host with its certificate provides the issuer.

    mod_ssl keeps the issuer once for each certificate, not for each host. A host that does not find
    the issuer in its own files staples as long as another host with the same certificate finds it
    and has stapling on. httpd logs an error about the first host at every start.
    """

    code = "AS317"
    severity = Severity.WARNING
    effect = Effect.ADVICE
    log_id = "AH02217"
    fix = Fix.SAFE
    message = (
        "the issuer of {name} is not in the chain here; the certificate is stapled only because "
        "{maker} provides the issuer"
    )
    help = HELP_PROVIDED | {"": "Append the issuer's certificate to the certificate file."}
    repair = (
        "`fix` sets SSLCertificateChainFile for this host, too. With `--unsafe`, it also sets "
        "SSLCertificateFile to another file with the same certificate and its chain."
    )
    by_hand = (Check("Start httpd, and search the error log.", log("AH02217")),)
    bad = (
        Example(CACHE + tls_host("SSLUseStapling on", certificate="leaf-only") + _OTHER),
        Example(CACHE + _OTHER + tls_host("SSLUseStapling on", certificate="leaf-only")),
    )
    good = (
        Example(CACHE + tls_host("SSLUseStapling on", _CHAIN, certificate="leaf-only") + _OTHER),
        FIXED,
    )

    def asks_for(
        self, certificate: HostCertificate, leaf: Certificate, host: Host, site: Site
    ) -> bool:
        return certificate.issuer_found is False

    def check(
        self, certificate: HostCertificate, leaf: Certificate, host: Host, site: Site
    ) -> Iterator[Finding]:
        if not host.staples:
            return
        record = site.find_record(leaf)
        if record is None or certificate not in host.served:
            return
        replies = site.replies(host, certificate)
        if replies is None or replies.is_good is False or host.problem_of(certificate) is not None:
            return
        given = provided(host, site)
        chain = given if given is not None and given.variant in CHAINS else None
        yield self.finding(
            certificate_subject(certificate),
            variant=chain.variant if chain else "",
            hosts=(host,),
            certificate=certificate,
            remedy=chain.remedy if chain else None,
            name=leaf.common_name,
            maker=record.host.name,
            value=chain.value if chain else "",
            other=chain.other if chain else "",
        )
