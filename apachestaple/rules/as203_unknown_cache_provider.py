"""AS203."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.cache import PROVIDERS, parse_cache
from apachestaple.mod_ssl.web_characters import has_web_characters
from apachestaple.rules.finding import Effect, Finding, Repair, Severity
from apachestaple.rules.rule import CACHE, DirectiveRule, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site


class UnknownCacheProvider(DirectiveRule):
    """SSLStaplingCache names a provider that httpd does not have.

    The providers are shmcb (also called default), dbm, redis and memcache, in lower case. What
    SSLSessionCache takes besides, none and nonenotnull, is refused here.
    """

    code = "AS203"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    repair = Repair.SAFE
    names = frozenset({"sslstaplingcache"})
    bad = Example(
        "SSLStaplingCache none\n" + tls_host("SSLUseStapling on"), rejection="not supported"
    )
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        """Providers that are in no list."""
        words = directive.arguments
        if len(words) != 1 or not words[0] or has_web_characters(directive.raw):
            return
        provider = parse_cache(words[0]).provider
        if provider not in PROVIDERS:
            yield self.finding(
                directive.place,
                f"there is no cache provider {provider!r}",
                "Use shmcb:PATH(SIZE).",
            )
