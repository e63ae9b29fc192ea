"""Remedies that set the chain or URL of a host.

The values are in other parts of the configuration, or in files beside the certificate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apachestaple.mod_ssl.aborting import aborted_by_record, has_no_query
from apachestaple.mod_ssl.missing_chains import Place, finds_issuer
from apachestaple.mod_ssl.stapling_problem import HARMLESS
from apachestaple.mod_ssl.stapling_problem import StaplingProblemKind as Kind
from apachestaple.rules.remedy import (
    ProvideCertificate,
    ProvideChain,
    ProvideUrl,
    RemoveDirective,
    TurnStapling,
    UseOwnChain,
)

if TYPE_CHECKING:
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.missing_chains import Chain
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.remedy import Remedy

# Variants of a help text, with the placeholders {value} and {other}.
URL = "url-elsewhere"
_OWN_URL, _SIBLING_URL, _NO_URL = "own-url", "sibling-url", "no-url"
CHAINS = tuple(f"chain-{place}" for place in Place)
_HIDDEN, _NAMED, _BESIDE, _SAME, _SAME_BESIDE, CHAIN_IN_OTHER_FILE = CHAINS
HELP_PROVIDED = {
    _HIDDEN: "Remove SSLCertificateChainFile {value}. The issuer's certificate is in the "
    "certificate file, whose chain httpd only uses without SSLCertificateChainFile.",
    _NAMED: "Set SSLCertificateChainFile to {value}, which has the issuer's certificate ({other} "
    "uses that file).",
    _BESIDE: "Set SSLCertificateChainFile to {value}, which has the issuer's certificate and "
    "is in the folder of the certificate file.",
    _SAME: "Set SSLCertificateFile to {value}, which has the same certificate and its "
    "chain ({other} uses that file); fix --unsafe does that.",
    _SAME_BESIDE: "Set SSLCertificateFile to {value}, which has the same certificate and its "
    "chain and is in its folder; fix --unsafe does that.",
    CHAIN_IN_OTHER_FILE: "Append the issuer's certificate to the certificate file. It is in "
    "{value}, which {other} uses.",
    URL: "Set SSLStaplingForceURL to {value}, as for {other}.",
    _OWN_URL: "Set SSLStaplingForceURL to {value}, which the certificate names as well.",
    _SIBLING_URL: "Set SSLStaplingForceURL to {value}, which {other} names; it has the same "
    "issuer.",
    _NO_URL: "Remove SSLStaplingForceURL {value}, because the certificate has a usable OCSP URI.",
}


class Provided(NamedTuple):
    """The next step for a host.

    Attributes:
        remedy: the remedy.
        variant: the variant of the help text.
        value: the value to which the directive is set, or the value that is removed.
        other: the host that has this value.

    """

    remedy: Remedy
    variant: str
    value: str
    other: str = ""


def provided(host: Host, site: Site, *, safe: bool = True) -> Provided | None:
    """The next step for a host that lacks an issuer or a URL.

    ``None`` if the host lacks neither, or if the configuration does not contain them.
    """
    provision = site.provisions.find(host)
    if provision is None:
        if _aborts(host):
            return _query(host, site, safe=safe)
        return _chain_for_some(host, site, safe=safe)
    chain, url, removed = provision
    of_chain = _chain(chain, host, safe=safe) if chain is not None else None
    if of_chain is None:
        return _query(host, site, safe=safe)
    if (url or removed) and _aborts(host):
        # This needs no chain.
        return _query(host, site, of_chain, safe=safe)
    if (url or removed) and any(certificate.first_uri for certificate in host.served):
        # With the chain alone, handshakes would be aborted.
        return _query(host, site, of_chain, safe=of_chain.remedy.safe)
    return of_chain


def _chain_for_some(host: Host, site: Site, *, safe: bool) -> Provided | None:
    """The chain with which a host staples some certificates, if the others harm no handshake."""
    chain = site.provisions.chains.find(host)
    if chain is None:
        return None
    unasked = [certificate for certificate in host.served if has_no_query(host, certificate)]
    can_staple = any(
        not finds_issuer(certificate) and certificate not in unasked for certificate in host.served
    )
    if not can_staple or any(host.responder(certificate) for certificate in unasked):
        return None
    return _chain(chain, host, safe=safe)


def _aborts(host: Host) -> bool:
    """Whether the handshakes of a host are aborted, always or while the cache has no response."""
    problems = [host.problem_of(certificate) for certificate in host.served]
    return host.staples and any(problem and problem.kind in _ABORTING for problem in problems)


_ABORTING = (Kind.NO_URI_HERE, Kind.URI_NOT_HTTP, Kind.FORCE_URL_NOT_HTTP)


def _query(host: Host, site: Site, chain: Provided | None = None, *, safe: bool) -> Provided | None:
    """The step that lets a host query a responder; ``chain`` is the step that comes after it."""
    if _has_wrong_issuer(host):
        # The host would make the record, and other hosts would use the wrong issuer, too.
        if chain is None:
            return None
        safe = safe and chain.remedy.safe
    url, removed = site.provisions.find_url(host) or (None, None)
    if removed is not None:
        reason = "the OCSP URIs of the certificates can be used"
        removal = RemoveDirective(directive=removed, reason=reason, for_its_value=True, safe=safe)
        return Provided(removal, _NO_URL, host.force_url or "")
    if url is None:
        return None
    # A host that does not staple makes no record.
    companions = site.provisions.companions(host, url.value) if host.staples else []
    if companions is None:
        return None
    variant, reason, other = URL, f"{url.host.name} uses it", url.host.name
    if url.certificate:
        reason = f"{url.certificate} has the same issuer and names it"
        variant, other = _SIBLING_URL, url.certificate
    elif url.host is host:
        variant, reason = _OWN_URL, "the certificate names it"
    forced = ProvideUrl(hosts=(host, *companions), url=url.value, reason=reason, safe=safe)
    return Provided(forced, variant, url.value, other)


def provided_chain(host: Host, site: Site) -> Provided | None:
    """The chain for a host, also if its certificates cannot be stapled with it."""
    chain = site.provisions.chains.find(host)
    return _chain(chain, host, safe=True) if chain is not None else None


def _chain(chain: Chain, host: Host, *, safe: bool) -> Provided:
    """The step that gives a host its chain.

    Another file with the same certificate may not be replaced when that is renewed, so only an
    administrator can tell whether it may be used.
    """
    is_beside = chain.place in (Place.BESIDE, Place.SAME_CERTIFICATE_BESIDE)
    where = "is beside the certificate" if is_beside else f"{chain.host.name} uses it"
    remedy: Remedy
    if chain.place is Place.HIDDEN:
        reason = "the certificate file has the issuer's certificate"
        remedy = UseOwnChain(hosts=(host,), path=chain.path, reason=reason, safe=safe)
    elif chain.old:
        reason = f"it has the same certificate and its chain, and {where}"
        remedy = ProvideCertificate(
            hosts=(host,), old=chain.old, path=chain.path, reason=reason, safe=False
        )
    else:
        reason = f"it has the issuer's certificate, and {where}"
        remedy = ProvideChain(hosts=(host,), path=chain.path, reason=reason, safe=safe)
    return Provided(remedy, f"chain-{chain.place}", chain.path, chain.host.name)


def can_be_provided(host: Host, site: Site) -> bool:
    """Whether a host can staple all its certificates, after the steps of `provided`."""
    return site.provisions.find(host) is not None


ALL_CAN_BE_STAPLED = "its certificates can be stapled"


def some_staple(host: Host) -> bool:
    """Whether some certificates of a host can be stapled, and the others harm no handshake."""
    kinds = {problem.kind if problem else None for problem in map(host.problem_of, host.served)}
    return len(kinds) > 1 and None in kinds and kinds <= {None, *HARMLESS}


def turned_on(
    host: Host,
    site: Site,
    *,
    safe: bool = True,
    reason: str = ALL_CAN_BE_STAPLED,
) -> Remedy | None:
    """The next step to stapling for a host that `can_be_provided`, or of which `some_staple`."""
    if not site.can_have_cache:
        return None
    given = provided(host, site, safe=safe)
    if given is not None:
        return given.remedy
    if _has_wrong_issuer(host) or _lets_others_abort(host, site):
        return None
    return TurnStapling(on=True, hosts=(host,), reason=reason, safe=safe)


def _has_wrong_issuer(host: Host) -> bool:
    """Whether a host finds another authority than the issuer, and may make the record with it."""
    return any(certificate.issuer_signed is False for certificate in host.served)


def _lets_others_abort(host: Host, site: Site) -> bool:
    """Whether mod_ssl would then query responders for other hosts that have no usable URL."""
    return any(
        True
        for certificate in host.served
        if host.problem_of(certificate) is None
        for _ in aborted_by_record(site, host, certificate)
    )
