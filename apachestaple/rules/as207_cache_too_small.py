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
from apachestaple.rules.finding import Confidence, Effect, Finding, Repair, Severity
from apachestaple.rules.rule import CACHE, Example, ServerRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.mod_ssl.cache import Response
    from apachestaple.mod_ssl.site import Site


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

    A response lives in the subcache that the first byte of the certificate's SHA-1 picks. A full
    subcache drops its oldest responses, even while others stand empty, so the responder is asked
    again and again, within handshakes, where one query in SSLStaplingStandardCacheTimeout would
    do. A larger cache has more subcaches, and can hold less of an unlucky set than a smaller one.
    How long a responder's answers are is only estimated, unless it was asked (--online).
    """

    code = "AS207"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY
    effect = Effect.EVICTS_STAPLES
    repair = Repair.SAFE
    needs_whole = True
    bad = Example("SSLStaplingCache shmcb:logs/stapling(8192)\n" + _HOSTS)
    good = Example(CACHE + _HOSTS)

    def check(self, site: Site) -> Iterator[Finding]:
        """A warning where even the shortest responses do not fit, else an information."""
        cache = site.cache
        if cache is None or cache.size is None or not shmcb_layout(cache.size).starts:
            return
        leaves = site.stapled_certificates
        layout = shmcb_layout(cache.size)
        if not overfull_subcaches(layout, site.responses(LONG_RESPONSE)):
            return
        known = site.measured_lengths
        for length, severity, confidence in _LENGTHS:
            overfull = overfull_subcaches(layout, site.responses(length))
            if not overfull:
                continue
            crowded = [response for group in overfull for response in group]
            measured = all(response.sha1 in known for response in crowded)
            total = sum(response.length for response in crowded)
            size = f"{total} bytes together" if measured else f"an estimated {length} bytes"
            yield self.finding(
                site.caches[-1].place,
                f"{len(crowded)} of {len(leaves)} certificates "
                f"({_names([leaves[response.sha1] for response in crowded])}) share subcaches "
                f"that cannot hold their responses of {size}, and up to one query a handshake is "
                "made for them",
                _advice(cache.size, site.responses(LONG_RESPONSE)),
                severity=Severity.WARNING if measured else severity,
                confidence=Confidence.CERTAIN if measured else confidence,
            )
            return


def _names(leaves: Sequence[Certificate]) -> str:
    named = ", ".join(leaf.common_name for leaf in leaves[:_MOST_NAMES])
    return named if len(leaves) <= _MOST_NAMES else f"{named} and others"


def _advice(size: int, responses: Sequence[Response]) -> str:
    smallest = smallest_size(responses)
    advice = f"Give {recommended_size(responses)} bytes; {smallest} just hold long responses"
    if smallest < size:
        # Subcaches double with the size, and each has less room.
        return f"{advice}: with fewer subcaches, they are better than these {size}."
    return f"{advice}."
