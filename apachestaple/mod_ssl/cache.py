"""The argument of SSLStaplingCache, and the capacity of a shmcb cache.

Source: modules/ssl/ssl_engine_config.c (ssl_cmd_SSLStaplingCache) and
modules/cache/mod_socache_shmcb.c (socache_shmcb_create, socache_shmcb_init, shmcb_subcache_store);
mod_ssl's hints are in ssl_scache.c. The sizes are those of a 64-bit httpd.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apachestaple.httpd.numbers import strtol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Names of providers, and the modules that contain them.
PROVIDERS = {
    "shmcb": "socache_shmcb_module",
    "default": "socache_shmcb_module",
    "dbm": "socache_dbm_module",
    "redis": "socache_redis_module",
    "memcache": "socache_memcache_module",
    "dc": "socache_dc_module",
}
# Providers that require a list of servers.
SERVER_LISTS = frozenset({"redis", "memcache"})

DEFAULT_SIZE = 524_288
# Bytes of a response that a dbm cache stores; with flag and id it has 949 (socache_dbm_store).
LONGEST_DBM_RESPONSE = 928
SMALLEST_SIZE = 8192
LARGEST_SIZE = 4_294_967_294

# Bytes of the shortest possible response (ECDSA signature, no certificate), and of a long one (RSA,
# with the certificate of a delegated responder).
SHORTEST_RESPONSE = 250
LONG_RESPONSE = 2500

_HEADER = 88
_OBJECT = 1520
_MOST_SUBCACHES = 256
_FEWEST_INDEXES = 5
_SUBCACHE_HEADER = 16
_INDEX = 24
# SHA-1 of the certificate, and the flag before the response.
_ENTRY_OVERHEAD = 20 + 1


class CacheSetting(NamedTuple):
    """The argument of SSLStaplingCache.

    Attributes:
        provider: the text before the colon.
        argument: the text after the colon, or ``None`` without colon.
        path: for shmcb, the argument without the size.
        size: for shmcb, the size in bytes that httpd allocates; ``None`` if httpd rejects it.
        refusal: httpd's message if it rejects the argument, or ``None``.

    """

    provider: str
    argument: str | None
    path: str = ""
    size: int | None = None
    refusal: str | None = None

    @property
    def is_shmcb(self) -> bool:
        return self.provider in ("shmcb", "default")


def parse_cache(argument: str) -> CacheSetting:
    """Parse ``argument`` as httpd does."""
    provider, colon, rest = argument.partition(":")
    given = rest if colon else None
    if provider in ("shmcb", "default"):
        path, size, refusal = _path_and_size(rest)
        return CacheSetting(provider, given, path, size, refusal)
    if provider in SERVER_LISTS and not rest:
        refusal = f"List of server names required to create {provider} socache."
        return CacheSetting(provider, given, refusal=refusal)
    return CacheSetting(provider, given)


def _path_and_size(argument: str) -> tuple[str, int | None, str | None]:
    path, bracket, size = argument.rpartition("(")
    if not bracket:
        if argument.endswith(")"):
            return argument, None, "Invalid argument: no opening parenthesis"
        return argument, DEFAULT_SIZE, None
    if not size.endswith(")"):
        return (
            path,
            None,
            "Invalid argument: no closing parenthesis or cache size missing after pathname "
            "with parenthesis",
        )
    number, rest = strtol(size)
    if rest != ")" and size != ")":
        return path, None, "Invalid argument: cache size not numerical"
    # The size is unsigned, so a negative number becomes a very large one.
    bytes_ = number % 2**64
    if bytes_ < SMALLEST_SIZE:
        return path, None, f"Invalid argument: size has to be >= {SMALLEST_SIZE} bytes"
    if bytes_ > LARGEST_SIZE:
        return (
            path,
            None,
            f"Invalid argument: size has to be < {LARGEST_SIZE + 1} bytes on this platform",
        )
    return path, bytes_, None


class Layout(NamedTuple):
    """How mod_socache_shmcb divides the segment.

    Attributes:
        subcaches: number of subcaches.
        indexes: maximum number of entries in a subcache.
        subcache_size: bytes of a subcache, including its header and indexes.
        data_size: bytes for entries in a subcache.

    """

    subcaches: int
    indexes: int
    subcache_size: int
    data_size: int

    @property
    def starts(self) -> bool:
        """Whether httpd starts with it. With too few indexes, httpd logs AH00823 and exits."""
        return self.indexes >= _FEWEST_INDEXES

    def subcache_of(self, sha1: bytes) -> int:
        """The number of the subcache for the certificate with this SHA-1 of its DER."""
        return sha1[0] & (self.subcaches - 1)


def shmcb_layout(size: int) -> Layout:
    """The layout of a segment of ``size`` bytes (socache_shmcb_init)."""
    usable = size - _HEADER
    entries = usable // _OBJECT
    subcaches = _MOST_SUBCACHES
    while subcaches > 1 and entries // subcaches < 2 * subcaches:
        subcaches //= 2
    indexes = entries // subcaches
    subcache_size = usable // subcaches // 8 * 8
    data_size = subcache_size - _SUBCACHE_HEADER - indexes * _INDEX
    return Layout(subcaches, indexes, subcache_size, data_size)


class Response(NamedTuple):
    """A response for the cache: SHA-1 of the certificate, and length in bytes."""

    sha1: bytes
    length: int

    @property
    def entry_size(self) -> int:
        """Bytes of its entry in a subcache."""
        return self.length + _ENTRY_OVERHEAD


def overfull_subcaches(layout: Layout, responses: Iterable[Response]) -> list[list[Response]]:
    """Groups of responses in the same subcache, which cannot hold all of them.

    In such a subcache, storing a response evicts the oldest ones (shmcb_subcache_store).
    """
    groups: dict[int, list[Response]] = {}
    for response in responses:
        groups.setdefault(layout.subcache_of(response.sha1), []).append(response)
    return [group for group in groups.values() if not _fits(layout, group)]


def _fits(layout: Layout, group: Sequence[Response]) -> bool:
    taken = sum(response.entry_size for response in group)
    return taken <= layout.data_size and len(group) <= layout.indexes


def smallest_size(responses: Sequence[Response]) -> int:
    """The smallest size in bytes with which httpd starts and the cache holds all responses.

    The number of subcaches doubles with growing sizes, so a larger size can be too small again.
    """
    low, subcaches = SMALLEST_SIZE, 1
    while subcaches <= _MOST_SUBCACHES:
        high = _largest_size(subcaches)
        if holds_all(high, responses):
            # With a fixed number of subcaches, a larger cache never holds fewer responses.
            while low < high:
                middle = (low + high) // 2
                if holds_all(middle, responses):
                    high = middle
                else:
                    low = middle + 1
            return low
        low, subcaches = high + 1, 2 * subcaches
    raise ValueError("no size that httpd accepts can hold these responses")


def holds_all(size: int, responses: Sequence[Response]) -> bool:
    """Whether httpd starts with ``size`` bytes, and the cache holds all responses."""
    layout = shmcb_layout(size)
    return layout.starts and not overfull_subcaches(layout, responses)


def recommended_size(responses: Sequence[Response]) -> int:
    """A round size that holds responses of twice the length, at least 128 KiB."""
    doubled = [Response(response.sha1, 2 * response.entry_size) for response in responses]
    size = 131_072
    while size <= LARGEST_SIZE:
        if holds_all(size, doubled):
            return size
        size *= 2
    return smallest_size(responses)


def _largest_size(subcaches: int) -> int:
    """The largest size with this number of subcaches."""
    if subcaches == _MOST_SUBCACHES:
        return LARGEST_SIZE
    return 2 * (2 * subcaches) ** 2 * _OBJECT + _HEADER - 1
