"""AS214."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.cache import LONGEST_DBM_RESPONSE, parse_cache
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.rules.by_hand import QUERIES
from apachestaple.rules.finding import Confidence, Effect, Severity
from apachestaple.rules.kinds.directive import DirectiveRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding

_DBM = "SSLStaplingCache dbm:logs/stapling\n"


class DbmEntryTooLong(DirectiveRule):
    """A dbm cache does not keep responses of more than 928 bytes.

    Most responses are longer: one with a signature by RSA and the certificate of the responder has
    about 2,000 bytes. httpd queries the responder for it in every handshake. With `--online`, the
    responses are measured.
    """

    code = "AS214"
    severity = Severity.WARNING
    confidence = Confidence.POSSIBLE
    effect = Effect.EVICTS_STAPLES
    names = frozenset({"sslstaplingcache"})
    message = {
        "": "a dbm cache keeps responses up to {most} bytes, and most responses are longer",
        "measured": "a dbm cache keeps responses up to {most} bytes; that for {name} has {length}",
    }
    help = "Use shmcb, as in SSLStaplingCache shmcb:{path}(512000)."
    by_hand = (QUERIES,)
    bad = (
        Example(
            _DBM + tls_host("SSLUseStapling on", certificate="answer-large"),
            severity=Severity.INFO,
        ),
    )
    good = (Example(CACHE + tls_host("SSLUseStapling on", certificate="answer-good")),)

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        cache = parse_cache(first_argument(directive))
        if cache.provider != "dbm" or directive not in site.caches[-1:]:
            return
        if not site.stapling_hosts:
            return
        measured = site.measured_lengths
        longer = [sha1 for sha1, length in measured.items() if length > LONGEST_DBM_RESPONSE]
        subject = directive_subject(directive)
        if not measured:
            yield self.finding(
                subject,
                hosts=site.stapling_hosts,
                severity=Severity.INFO,
                most=LONGEST_DBM_RESPONSE,
                path=cache.argument or "stapling",
            )
        for sha1 in longer[:1]:
            leaf = site.stapled_certificates.get(sha1)
            yield self.finding(
                subject,
                variant="measured",
                hosts=site.stapling_hosts,
                confidence=Confidence.LIKELY,
                name=leaf.common_name if leaf else "a certificate",
                length=measured[sha1],
                most=LONGEST_DBM_RESPONSE,
                path=cache.argument or "stapling",
            )
