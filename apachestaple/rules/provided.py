"""Remedies that give a host what another part of the configuration has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.ocsp.uri import UrlProblem, url_problem
from apachestaple.rules.remedy import ProvideChain, ProvideUrl, TurnStapling

if TYPE_CHECKING:
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.provisions import Source
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.remedy import Remedy

# Variants of a help text, with the placeholders {value} and {other}.
CHAIN, URL, OWN_URL = "chain-elsewhere", "url-elsewhere", "own-url"
HELP_PROVIDED = {
    CHAIN: "Set SSLCertificateChainFile to {value}, which has the issuer's certificate ({other} "
    "uses that file).",
    URL: "Set SSLStaplingForceURL to {value}, as for {other}.",
    OWN_URL: "Set SSLStaplingForceURL to {value}, which the certificate names as well.",
}


def provided(host: Host, site: Site, *, safe: bool = True) -> tuple[str, Source, Remedy] | None:
    """What a host is given next: the variant of the help text, the source, and the remedy.

    ``None`` where the host lacks nothing, or lacks what the configuration does not have.
    """
    provision = site.provisions.find(host)
    if provision is None:
        return None
    chain, url = provision.chain, provision.url
    if chain is not None:
        reason = f"it has the issuer's certificate, and {chain.host.name} uses it"
        return CHAIN, chain, ProvideChain(hosts=(host,), path=chain.value, reason=reason, safe=safe)
    if url is None:
        return None
    is_own = url.host is host
    reason = "the certificate names it" if is_own else f"{url.host.name} has it"
    remedy = ProvideUrl(hosts=(host,), url=url.value, reason=reason, safe=safe)
    return OWN_URL if is_own else URL, url, remedy


def can_be_provided(host: Host, site: Site) -> bool:
    """Whether a host staples all its certificates by itself, once it is given what it lacks."""
    return site.provisions.find(host) is not None


def turned_on(host: Host, site: Site, *, safe: bool = True) -> Remedy | None:
    """The next step to stapling for a host that `can_be_provided`."""
    if not site.can_have_cache:
        return None
    given = provided(host, site, safe=safe)
    if given is not None:
        return given[2]
    if _lets_others_abort(host, site):
        return None
    reason = "its certificates can be stapled"
    return TurnStapling(on=True, hosts=(host,), reason=reason, safe=safe)


def _lets_others_abort(host: Host, site: Site) -> bool:
    """Whether mod_ssl would come to ask for other hosts, and they have no URL to ask."""
    for certificate in host.served:
        leaf = certificate.leaf
        if leaf is None or site.find_record(leaf) is not None:
            continue
        for other in site.members(leaf):
            url = other.host.responder(other.certificate)
            if url is None or url_problem(url) not in (None, UrlProblem.NO_HOST):
                return True
    return False
