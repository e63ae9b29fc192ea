"""AS212."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.cache import parse_cache
from apachestaple.mod_ssl.cache_servers import cache_servers
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.directive import DirectiveRule
from apachestaple.rules.rule import Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding

_REDIS = "LoadModule socache_redis_module modules/mod_socache_redis.so\n"
_MEMCACHE = "LoadModule socache_memcache_module modules/mod_socache_memcache.so\n"
_HOST = tls_host("SSLUseStapling on")


class CacheServerInvalid(DirectiveRule):
    """A server in the list of a redis or memcache cache has no host, or no valid port.

    `httpd -t` does not look at the list. httpd parses it when it starts, and exits.
    """

    code = "AS212"
    severity = Severity.ERROR
    effect = Effect.DOES_NOT_START
    log_id = "AH03475"
    names = frozenset({"sslstaplingcache"})
    message = "httpd cannot parse the cache server {server}"
    help = "Write a host and a port, such as {provider}:127.0.0.1:{port}."
    bad = (
        Example(f"{_REDIS}SSLStaplingCache redis:6379\n{_HOST}"),
        Example(f"{_REDIS}SSLStaplingCache redis:127.0.0.1:66666\n{_HOST}", log_id="AH03474"),
        Example(f"{_MEMCACHE}SSLStaplingCache memcache:11211\n{_HOST}", log_id="AH00787"),
        Example(
            f"{_MEMCACHE}SSLStaplingCache memcache:127.0.0.1,[::1:1\n{_HOST}", log_id="AH00786"
        ),
    )
    good = (Example(f"{_REDIS}SSLStaplingCache redis:127.0.0.1,[::1]:6380\n{_HOST}"),)

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        if directive not in site.caches[-1:]:
            return
        cache = parse_cache(first_argument(directive))
        bad = next((server for server in cache_servers(cache) if server.log_id), None)
        if bad is not None:
            yield self.finding(
                directive_subject(directive),
                log_id=bad.log_id,
                server=bad.written,
                provider=cache.provider,
                port=6379 if cache.provider == "redis" else 11211,
            )
