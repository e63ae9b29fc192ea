"""AS203."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.cache import PROVIDERS, parse_cache
from apachestaple.mod_ssl.web_characters import has_web_characters
from apachestaple.rules.cache_remedy import correction
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.directive import DirectiveRule
from apachestaple.rules.rule import FIXED, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class UnknownCacheProvider(DirectiveRule):
    """The provider of SSLStaplingCache does not exist.

    The providers are shmcb (also called default), dbm, redis and memcache, in lower case. The
    values none and nonenotnull are for SSLSessionCache; httpd rejects them here.
    """

    code = "AS203"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    fix = Fix.SAFE
    names = frozenset({"sslstaplingcache"})
    message = "there is no cache provider {provider!r}"
    help = "Use shmcb:PATH(SIZE)."
    repair = (
        "`fix` changes the line to a shmcb cache with a size for the responses of all certificates."
    )
    bad = (
        Example(
            "SSLStaplingCache none\n" + tls_host("SSLUseStapling on"), rejection="not supported"
        ),
        Example(
            "SSLStaplingCache SHMCB:logs/stapling(131072)\n" + tls_host("SSLUseStapling on"),
            rejection="not supported",
        ),
    )
    good = (FIXED,)

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        words = directive.arguments
        if len(words) != 1 or not words[0] or has_web_characters(directive.raw):
            return
        provider = parse_cache(words[0]).provider
        if provider not in PROVIDERS:
            yield self.finding(
                directive_subject(directive),
                remedy=correction(directive, site),
                provider=provider,
            )
