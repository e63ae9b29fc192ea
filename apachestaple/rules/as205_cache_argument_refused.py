"""AS205."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.cache import parse_cache
from apachestaple.mod_ssl.web_characters import has_web_characters
from apachestaple.rules.finding import Effect, Finding, Repair, Severity
from apachestaple.rules.rule import CACHE, DirectiveRule, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site


class CacheArgumentRefused(DirectiveRule):
    """The provider refuses what SSLStaplingCache gives it.

    shmcb takes a size in digits, in bytes, from 8192 to 4294967294, in parentheses at the end;
    redis and memcache need a list of servers.
    """

    code = "AS205"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    repair = Repair.SAFE
    names = frozenset({"sslstaplingcache"})
    bad = Example(
        "SSLStaplingCache shmcb:logs/stapling(128k)\n" + tls_host("SSLUseStapling on"),
        rejection="Invalid argument",
    )
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        """In httpd's words."""
        words = directive.arguments
        if len(words) != 1 or has_web_characters(directive.raw):
            return
        cache = parse_cache(words[0])
        if cache.refusal:
            advice = "Give a size in bytes, such as (131072)."
            if not cache.is_shmcb:
                advice = "Give the servers, such as localhost:6379."
            yield self.finding(directive.place, cache.refusal, advice)
