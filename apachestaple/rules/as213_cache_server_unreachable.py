"""AS213."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.cache import SERVER_LISTS, parse_cache
from apachestaple.mod_ssl.cache_servers import NOT_STORED, cache_servers
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.rules.finding import Confidence, Effect, Severity
from apachestaple.rules.kinds.directive import DirectiveRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding

_REDIS = "LoadModule socache_redis_module modules/mod_socache_redis.so\n"
_MEMCACHE = "LoadModule socache_memcache_module modules/mod_socache_memcache.so\n"
_HOST = tls_host("SSLUseStapling on")


class CacheServerUnreachable(DirectiveRule):
    """httpd cannot connect to a redis or memcache server of its stapling cache.

    httpd starts without the server. It cannot store a response then, and queries the responder in
    every handshake. httpd connects by TCP only and takes the path of a socket for a host name. With
    `--online`, lint connects to the servers.
    """

    code = "AS213"
    severity = Severity.WARNING
    effect = Effect.EVICTS_STAPLES
    log_id = "AH03478"
    names = frozenset({"sslstaplingcache"})
    message = {
        "": "the cache server {server} cannot be reached: {reason}",
        "path": "httpd takes {server} for a host name, and cannot connect to a socket",
        "none": "the list of cache servers is empty, so no response is kept",
    }
    help = {
        "": "Start the server, or correct its host and port.",
        "path": "Write the host and port that the server listens on.",
        "none": "Write the host and port of a server.",
    }
    bad = (
        Example(f"{_REDIS}SSLStaplingCache redis:/run/redis/redis.sock\n{_HOST}"),
        Example(
            f"{_MEMCACHE}SSLStaplingCache memcache:/run/memcached.sock\n{_HOST}", log_id="AH00790"
        ),
        Example(f"{_REDIS}SSLStaplingCache redis:,\n{_HOST}"),
    )
    good = (Example(CACHE + _HOST),)

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        if directive not in site.caches[-1:] or not site.stapling_hosts:
            return
        cache = parse_cache(first_argument(directive))
        if cache.provider not in SERVER_LISTS or cache.refusal:
            return
        log_id = NOT_STORED[cache.provider]
        subject = directive_subject(directive)
        servers = cache_servers(cache)
        if not servers:
            yield self.finding(subject, variant="none", hosts=site.stapling_hosts, log_id=log_id)
        for server in servers:
            reason = site.unreachable.get(server)
            if server.is_path or reason:
                yield self.finding(
                    subject,
                    variant="path" if server.is_path else "",
                    hosts=site.stapling_hosts,
                    log_id=log_id,
                    confidence=None if server.is_path else Confidence.LIKELY,
                    server=server.written,
                    reason=reason,
                )
