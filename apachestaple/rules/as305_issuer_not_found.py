"""AS305."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.stapling_problem import StaplingProblemKind
from apachestaple.rules.by_hand import Check
from apachestaple.rules.finding import Confidence, Effect, Fix, Severity
from apachestaple.rules.kinds.unstaplable import OTHER, UnstaplableRule
from apachestaple.rules.provided import (
    CHAIN_IN_OTHER_FILE,
    CHAINS,
    HELP_PROVIDED,
    provided_chain,
)
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


_MESSAGE = "the chain of {name} does not contain the certificate of its issuer ({issuer})"
_OFF = "off-"
_WITH_FILE = tls_host("SSLUseStapling on", certificate="other", name="other.example.com")
_WITH_CHAIN = tls_host(
    "SSLUseStapling on",
    "SSLCertificateChainFile certs/chain.pem",
    certificate="other",
    name="other.example.com",
)


class IssuerNotFound(UnstaplableRule):
    """Stapling is on, but the issuer's certificate is not in the chain.

    An OCSP request contains a hash of the issuer's key, so mod_ssl needs the issuer's certificate.
    It looks for it after the leaf in SSLCertificateFile, in SSLCertificateChainFile, in
    SSLCACertificateFile and in SSLCACertificatePath (stapling_get_issuer).

    If stapling is off, the chain is still incomplete: clients that do not have the intermediate
    certificate cannot verify the certificate. This is reported for certificates with the URI of an
    OCSP responder or of their issuer, because those of an internal root often have none.
    """

    problem = StaplingProblemKind.NO_ISSUER
    code = "AS305"
    severity = Severity.WARNING
    effect = Effect.NO_STAPLE
    log_id = "AH02217"
    fix = Fix.SAFE
    is_repaired_by_off = False
    message = {
        "": _MESSAGE,
        **dict.fromkeys(
            (_OFF, *(_OFF + chain for chain in CHAINS)),
            f"{_MESSAGE}, so clients that do not have the issuer's certificate cannot verify it",
        ),
    }
    help = HELP_PROVIDED | {
        "": "Append the issuer's certificate to the certificate file. fix turns stapling off, "
        "because it does not have that certificate.",
        OTHER: "Append the issuer's certificate to the certificate file.",
        _OFF: "Append the issuer's certificate to the certificate file.",
        **{_OFF + chain: HELP_PROVIDED[chain] for chain in CHAINS},
    }
    repair = (
        "If the issuer's certificate is in another file that the configuration names, or in the "
        "folder of the certificate, `fix` sets SSLCertificateChainFile. With `--unsafe`, it also "
        "sets SSLCertificateFile to another file with the same certificate and its chain. "
        f"Otherwise `fix` {TURNED_OFF} The finding remains then, because the chain is still "
        "incomplete."
    )
    by_hand = (
        Check(
            "Count the certificates in the file. It has only the leaf.",
            "grep -c 'BEGIN CERT' certs/leaf-only.pem",
        ),
    )
    bad = (
        Example(
            CACHE + tls_host("SSLUseStapling on", certificate="leaf-only") + _WITH_CHAIN,
            clients=("www.example.com",),
        ),
        Example(
            CACHE + tls_host("SSLUseStapling on", certificate="leaf-only") + _WITH_FILE,
            clients=("www.example.com",),
            fixable=False,
        ),
        Example(
            CACHE + tls_host("SSLUseStapling on", certificate="leaf-only"),
            fixable=False,
        ),
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling on",
                "SSLStaplingForceURL https://ocsp.example.com/",
                certificate="leaf-only",
            ),
            fixable=False,
        ),
        Example(
            CACHE + tls_host(certificate="leaf-only"),
            effect=Effect.ADVICE,
            log_id="",
            fixable=False,
        ),
    )
    good = (
        FIXED,
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling on",
                "SSLCertificateChainFile certs/chain.pem",
                certificate="leaf-only",
            )
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
        finding = self.unstapled(
            certificate_subject(certificate),
            problem,
            certificate,
            host,
            site,
            name=leaf.common_name,
            issuer=leaf.issuer,
        )
        known = site.provisions.chains.find_in_other_file(host)
        if finding.variant in ("", OTHER) and known is not None:
            facts = {**finding.facts, "value": known.path, "other": known.host.name}
            finding = finding._replace(variant=CHAIN_IN_OTHER_FILE, facts=facts)
        yield finding

    def check_off(self, host: Host, site: Site) -> Iterator[Finding]:
        if not site.configuration.whole:
            return
        for certificate in host.served:
            leaf = certificate.leaf
            if certificate.issuer_found is not False or leaf is None or leaf.is_self_signed:
                continue
            if not (leaf.ocsp_uris or leaf.issuer_uris):
                continue
            given = provided_chain(host, site)
            known = None if given else site.provisions.chains.find_in_other_file(host)
            variant = given.variant if given else (CHAIN_IN_OTHER_FILE if known else "")
            value, other = (given.value, given.other) if given else ("", "")
            if known is not None:
                value, other = known.path, known.host.name
            finding = self.finding(
                certificate_subject(certificate),
                variant=_OFF + variant,
                hosts=(host,),
                certificate=certificate,
                confidence=Confidence.LIKELY,
                effect=Effect.ADVICE,
                remedy=given.remedy if given else None,
                name=leaf.common_name,
                issuer=leaf.issuer,
                value=value,
                other=other,
            )
            yield finding._replace(log_id=None)
