"""AS207."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.cache import (
    LONG_RESPONSE,
    SHORTEST_RESPONSE,
    overfull_subcaches,
    recommended_size,
    shmcb_layout,
    smallest_size,
)
from apachestaple.rules.by_hand import LOG, Check
from apachestaple.rules.cache_remedy import correction
from apachestaple.rules.finding import Confidence, Effect, Fix, Severity
from apachestaple.rules.kinds.server import ServerRule
from apachestaple.rules.rule import FIXED, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.mod_ssl.cache import Response
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


# What cannot hold even the shortest responses evicts; what cannot hold long ones may.
_LENGTHS = (
    (SHORTEST_RESPONSE, Severity.WARNING, Confidence.LIKELY),
    (LONG_RESPONSE, Severity.INFO, Confidence.POSSIBLE),
)
_MOST_NAMES = 3

_HOSTS = (
    "SSLUseStapling on\n"
    + tls_host(name="a.example.com")
    + tls_host(name="b.example.com", certificate="other")
    + tls_host(name="c.example.com", certificate="third")
    + tls_host(name="d.example.com", certificate="rsa")
    + tls_host(name="e.example.com", certificate="must-staple")
    + tls_host(name="f.example.com", certificate="answer-good")
)


class CacheTooSmall(ServerRule):
    """The cache cannot hold the responses of all certificates.

    A response is stored in the subcache that the first byte of the certificate's SHA-1 selects. A
    full subcache drops its oldest responses even while others are empty. httpd then asks the
    responder again and again, in the middle of handshakes, instead of once in
    SSLStaplingStandardCacheTimeout. A larger cache has more subcaches, and can hold fewer responses
    of an unlucky set than a smaller one. The length of the responses is estimated unless the
    responders are asked (`--online`).
    """

    code = "AS207"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY
    effect = Effect.EVICTS_STAPLES
    fix = Fix.SAFE
    needs_whole = True
    message = {
        "": "{crowded} of {all} certificates ({names}) share subcaches that cannot hold their "
        "responses of an estimated {length} bytes each",
        "measured": "{crowded} of {all} certificates ({names}) share subcaches that cannot hold "
        "their responses of {total} bytes together",
    }
    help = (
        "Set the size to {recommended} bytes; at least {smallest} bytes are needed for long "
        "responses."
    )
    repair = "`fix` writes a size for the responses of all certificates in the same line."
    by_hand = (
        Check(
            "Set `LogLevel socache_shmcb:debug`, restart httpd, and connect to each host two "
            "times. The cache drops responses that are still valid.",
            f"grep -o 'about to force-expire' {LOG} | sort -u",
        ),
    )
    bad = (Example("SSLStaplingCache shmcb:logs/stapling(8192)\n" + _HOSTS),)
    good = (FIXED,)

    def check(self, site: Site) -> Iterator[Finding]:
        cache = site.cache
        if cache is None or cache.size is None or not shmcb_layout(cache.size).starts:
            return
        layout = shmcb_layout(cache.size)
        estimated = site.responses(LONG_RESPONSE)
        if not overfull_subcaches(layout, estimated):
            return
        for length, severity, confidence in _LENGTHS:
            overfull = overfull_subcaches(layout, site.responses(length))
            if not overfull:
                continue
            crowded = [response for group in overfull for response in group]
            digests = {response.sha1 for response in crowded}
            measured = digests <= site.measured_lengths.keys()
            yield self.finding(
                directive_subject(site.caches[-1]),
                variant="measured" if measured else "",
                hosts=_hosts(digests, site),
                severity=Severity.WARNING if measured else severity,
                confidence=Confidence.CERTAIN if measured else confidence,
                remedy=correction(site.caches[-1], site),
                crowded=len(crowded),
                all=len(site.stapled_certificates),
                names=_names(crowded, site),
                length=length,
                total=sum(response.length for response in crowded),
                recommended=recommended_size(estimated),
                smallest=smallest_size(estimated),
            )
            return


def _hosts(digests: set[bytes], site: Site) -> Iterator[Host]:
    """The hosts with one of these certificates."""
    for host in site.stapling_hosts:
        if any(c.leaf is not None and c.leaf.sha1 in digests for c in host.certificates):
            yield host


def _names(crowded: Sequence[Response], site: Site) -> str:
    leaves = [site.stapled_certificates[response.sha1] for response in crowded[:_MOST_NAMES]]
    named = ", ".join(leaf.common_name for leaf in leaves)
    return named if len(crowded) <= _MOST_NAMES else f"{named} and others"
