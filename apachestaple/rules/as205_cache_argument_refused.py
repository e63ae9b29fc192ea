"""AS205."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.cache import parse_cache
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


class CacheArgumentRefused(DirectiveRule):
    """The argument of SSLStaplingCache is not valid for its provider.

    The size of a shmcb cache is a number of bytes from 8192 to 4294967294, in parentheses at the
    end. redis and memcache need a list of servers.
    """

    code = "AS205"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    fix = Fix.SAFE
    names = frozenset({"sslstaplingcache"})
    message = "{problem}"
    help = {
        "": "Set a size in bytes, such as (131072).",
        "servers": "Add the servers, such as localhost:6379.",
    }
    repair = (
        "`fix` writes a size for the responses of all certificates. A redis or memcache cache "
        "without servers becomes a shmcb cache; httpd must then be stopped and started."
    )
    bad = (
        Example(
            "SSLStaplingCache shmcb:logs/stapling(128k)\n" + tls_host("SSLUseStapling on"),
            rejection="Invalid argument",
        ),
        Example(
            "SSLStaplingCache shmcb:logs/stapling(8191)\n" + tls_host("SSLUseStapling on"),
            rejection="Invalid argument",
        ),
    )
    good = (FIXED,)

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        words = directive.arguments
        if len(words) != 1 or has_web_characters(directive.raw):
            return
        cache = parse_cache(words[0])
        if cache.refusal:
            yield self.finding(
                directive_subject(directive),
                variant="" if cache.is_shmcb else "servers",
                remedy=correction(directive, site),
                problem=cache.refusal,
            )
