"""Server lists of redis and memcache caches.

Source: modules/cache/mod_socache_redis.c (socache_rd_init), mod_socache_memcache.c
(socache_mc_init).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apachestaple.mod_ssl.addresses import parse_addr_port
from apachestaple.mod_ssl.cache import SERVER_LISTS

if TYPE_CHECKING:
    from apachestaple.mod_ssl.cache import CacheSetting

_DEFAULT_PORTS = {"redis": 6379, "memcache": 11211}
# What httpd logs when it cannot parse a server, and when a server has no host.
_NOT_PARSED = {"redis": "AH03474", "memcache": "AH00786"}
_NO_HOST = {"redis": "AH03475", "memcache": "AH00787"}
# What it logs when it cannot store a response.
NOT_STORED = {"redis": "AH03478", "memcache": "AH00790"}


class CacheServer(NamedTuple):
    """A server of the list.

    Attributes:
        written: as it is written.
        host: name, address, or a path, which httpd takes for a name.
        port: 0 where httpd cannot parse the server.
        log_id: what httpd logs before it exits; ``""`` where it can parse the server.

    """

    written: str
    host: str
    port: int
    log_id: str = ""

    @property
    def is_path(self) -> bool:
        """Whether it is the path of a socket, which no name server knows."""
        return "/" in self.host


def cache_servers(cache: CacheSetting) -> list[CacheServer]:
    """The servers of a cache; none for other providers."""
    if cache.provider not in SERVER_LISTS:
        return []
    words = (cache.argument or "").split(",")
    return [_server(cache.provider, word) for word in words if word]


def _server(provider: str, word: str) -> CacheServer:
    parsed = parse_addr_port(word)
    if parsed is None:
        return CacheServer(word, "", 0, _NOT_PARSED[provider])
    host, port = parsed
    if host is None:
        return CacheServer(word, "", 0, _NO_HOST[provider])
    return CacheServer(word, host, port or _DEFAULT_PORTS[provider])
