"""Remedies that set the chain or URL of a host.

The values are in other parts of the configuration, or in files beside the certificate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apachestaple.mod_ssl.stapling_problem import HARMLESS
from apachestaple.ocsp.uri import UrlProblem, url_problem
from apachestaple.rules.remedy import ProvideChain, ProvideUrl, RemoveDirective, TurnStapling

if TYPE_CHECKING:
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.provisions import Source
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.remedy import Remedy

# Variants of a help text, with the placeholders {value} and {other}.
CHAIN, CHAIN_IN_FILE, CHAIN_BESIDE = "chain-elsewhere", "chain-in-file", "chain-beside"
CHAINS = (CHAIN, CHAIN_IN_FILE, CHAIN_BESIDE)
URL = "url-elsewhere"
_OWN_URL, _NO_URL = "own-url", "no-url"
HELP_PROVIDED = {
    CHAIN: "Set SSLCertificateChainFile to {value}, which has the issuer's certificate ({other} "
    "uses that file).",
    CHAIN_IN_FILE: "Append the issuer's certificate to the certificate file. It is in {value}, "
    "which {other} uses; fix --unsafe sets SSLCertificateChainFile to that file.",
    CHAIN_BESIDE: "Set SSLCertificateChainFile to {value}, which has the issuer's certificate and "
    "is in the folder of the certificate file.",
    URL: "Set SSLStaplingForceURL to {value}, as for {other}.",
    _OWN_URL: "Set SSLStaplingForceURL to {value}, which the certificate names as well.",
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
        return None
    chain, url, removed = provision
    if chain is not None:
        return _chain(chain, host, safe=safe)
    if removed is not None:
        reason = "the OCSP URIs of the certificates can be used"
        removal = RemoveDirective(directive=removed, reason=reason, for_its_value=True, safe=safe)
        return Provided(removal, _NO_URL, host.force_url or "")
    if url is None:
        return None
    is_own = url.host is host
    reason = "the certificate names it" if is_own else f"{url.host.name} uses it"
    forced = ProvideUrl(hosts=(host,), url=url.value, reason=reason, safe=safe)
    return Provided(forced, _OWN_URL if is_own else URL, url.value, url.host.name)


def provided_chain(host: Host, site: Site) -> Provided | None:
    """The chain for a host, also if its certificates cannot be stapled with it."""
    chain = site.provisions.find_chain(host)
    return _chain(chain, host, safe=True) if chain is not None else None


def _chain(chain: Source, host: Host, *, safe: bool) -> Provided:
    """A file as SSLCertificateChainFile.

    A file with another certificate can be replaced at any time, so only an administrator can tell
    whether it may be used.
    """
    where = "is beside the certificate" if chain.is_beside else f"{chain.host.name} uses it"
    reason = f"it has the issuer's certificate, and {where}"
    remedy = ProvideChain(
        hosts=(host,), path=chain.value, reason=reason, safe=safe and chain.only_authorities
    )
    if chain.is_beside:
        return Provided(remedy, CHAIN_BESIDE, chain.value)
    variant = CHAIN if chain.only_authorities else CHAIN_IN_FILE
    return Provided(remedy, variant, chain.value, chain.host.name)


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
    if _lets_others_abort(host, site):
        return None
    return TurnStapling(on=True, hosts=(host,), reason=reason, safe=safe)


def _lets_others_abort(host: Host, site: Site) -> bool:
    """Whether mod_ssl would then query responders for other hosts that have no usable URL."""
    for certificate in host.served:
        leaf = certificate.leaf
        if leaf is None or host.problem_of(certificate) or site.find_record(leaf) is not None:
            continue
        for other in site.members(leaf):
            url = other.host.responder(other.certificate)
            if url is None or url_problem(url) not in (None, UrlProblem.NO_HOST):
                return True
    return False
