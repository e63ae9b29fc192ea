"""AS207."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Finding, Repair, Severity
from apachestaple.rules.rule import CACHE, Example, ServerRule, tls_host
from apachestaple.tls.cache import (
    LONG_RESPONSE,
    SHORTEST_RESPONSE,
    Response,
    overfull_subcaches,
    recommended_size,
    shmcb_layout,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.tls.site import Site


# What does not hold even these surely evicts; what does not hold those may.
_LENGTHS = ((SHORTEST_RESPONSE, Severity.WARNING), (LONG_RESPONSE, Severity.INFO))

_HOSTS = (
    "SSLUseStapling on\n"
    + tls_host(name="a.example.com")
    + tls_host(name="b.example.com", certificate="other")
    + tls_host(name="c.example.com", certificate="third")
    + tls_host(name="d.example.com", certificate="rsa")
    + tls_host(name="e.example.com", certificate="must-staple")
    + tls_host(name="f.example.com", certificate="revoked")
)


class CacheTooSmall(ServerRule):
    """The cache cannot hold the responses of all certificates.

    A response lives in the subcache that the first byte of the certificate's SHA-1 picks. A full
    subcache drops its oldest responses, even while others stand empty, so the responder is asked
    again and again, within handshakes.
    """

    code = "AS207"
    severity = Severity.WARNING
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
        certificates = site.stapled_certificates
        layout = shmcb_layout(cache.size)
        for length, severity in _LENGTHS:
            responses = [Response(sha1, length) for sha1 in certificates]
            overfull = overfull_subcaches(layout, responses)
            if not overfull:
                continue
            crowded = sum(map(len, overfull))
            size = recommended_size([Response(sha1, LONG_RESPONSE) for sha1 in certificates])
            certainty = "" if severity is Severity.WARNING else "long "
            yield self.finding(
                site.caches[-1].place,
                f"{crowded} of {len(certificates)} certificates share subcaches that cannot hold "
                f"their {certainty}responses of {length} bytes",
                f"Give {size} bytes.",
                severity=severity,
            )
            return
