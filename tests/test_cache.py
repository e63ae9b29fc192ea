"""SSLStaplingCache: what httpd accepts, how shmcb divides it, what it keeps."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apachestaple.discovery.locate import locate
from apachestaple.httpd.layout import Options
from apachestaple.httpd.reader import read
from apachestaple.mod_ssl.cache import (
    LARGEST_SIZE,
    Response,
    holds_all,
    overfull_subcaches,
    parse_cache,
    recommended_size,
    shmcb_layout,
    smallest_size,
)
from apachestaple.mod_ssl.site import understand
from apachestaple.rules.rule import CACHE, tls_host
from tests.lab.handshake import handshake

if TYPE_CHECKING:
    from tests.lab.play import Lab

# The gaps in which httpd does not start, the edges at which subcaches double, and what snippets
# on the web hand out.
SIZES = [
    8192,
    9207,
    9208,
    10000,
    12247,
    12248,
    12345,
    15287,
    15288,
    16384,
    20000,
    32768,
    48727,
    48728,
    65536,
    100000,
    128000,
    150000,
    194648,
    262144,
    524288,
    777777,
    1000000,
    4194304,
    49807447,
    99999999,
    199229528,
    199229527,
]
assert len(SIZES) >= 20


@pytest.mark.parametrize("size", SIZES)
def test_the_layout_is_that_of_the_server(lab: Lab, size: int) -> None:
    text = f"SSLStaplingCache shmcb:logs/stapling({size})\n" + tls_host("SSLUseStapling on")
    with lab.httpd(text) as httpd:
        assert httpd.configtest().accepted
        started = httpd.start()
        httpd.stop()
        log = httpd.log
    layout = shmcb_layout(size)
    assert started == layout.starts, log
    assert f"recommending {layout.subcaches} subcaches, {layout.indexes} indexes each" in log
    if started:
        logged = dict(
            re.findall(r"(subcache_num|subcache_size|subcache_data_size|index_num) = (\d+)", log)
        )
        assert logged == {
            "subcache_num": str(layout.subcaches),
            "subcache_size": str(layout.subcache_size),
            "subcache_data_size": str(layout.data_size),
            "index_num": str(layout.indexes),
        }
    else:
        assert "AH00823" in log


def test_a_response_takes_the_bytes_and_the_subcache_that_the_server_says(lab: Lab) -> None:
    certificates = ("good", "other", "third", "rsa")
    size = 131072
    text = f"SSLStaplingCache shmcb:logs/stapling({size})\nSSLUseStapling on\n" + "".join(
        tls_host(name=f"{name}.example.com", certificate=name) for name in certificates
    )
    subcaches: dict[int, int] = {}
    with lab.httpd(text) as httpd:
        assert httpd.start(), httpd.log
        for name in certificates:
            assert handshake(httpd.port, f"{name}.example.com").staple == "good"
        httpd.stop()
        log = httpd.log
    lengths = [int(length) for length in re.findall(r"AH01987: .* (\d+) total", log)]
    stored = re.findall(r"AH00831: socache_shmcb_store \(0x(..) -> subcache (\d+)\)", log)
    used = [int(used) for used in re.findall(r"AH00848: .*data_used=\d+/(\d+)", log)]
    assert len(lengths) == len(stored) == len(used) == len(certificates)
    for length, (first_byte, subcache), now_used in zip(lengths, stored, used, strict=True):
        response = Response(bytes([int(first_byte, 16)]) + bytes(19), length)
        assert shmcb_layout(size).subcache_of(response.sha1) == int(subcache)
        subcaches[int(subcache)] = subcaches.get(int(subcache), 0) + response.entry_size
        assert subcaches[int(subcache)] == now_used


ARGUMENTS = [
    "shmcb",
    "shmcb:",
    "default:logs/x(8192)",
    "shmcb:logs/x",
    "shmcb:logs/x(8191)",
    "shmcb:logs/x(8192)",
    "shmcb:logs/x()",
    "shmcb:logs/x(+9000)",
    "shmcb:logs/x( 9000)",
    "shmcb:logs/x(9000 )",
    "shmcb:logs/x(128k)",
    "shmcb:logs/x(0x20000)",
    "shmcb:logs/x(-1)",
    "shmcb:logs/x(-9223372036854775808)",
    "shmcb:logs/x(4294967294)",
    "shmcb:logs/x(4294967295)",
    "shmcb:logs/x(99999999999999999999999)",
    "shmcb:logs/x(128000",
    "shmcb:logs/x128000)",
    "shmcb:(128000)",
    "shmcb:a(b(128000)",
    "shmcb:logs/x(128000) ",
    "dbm:logs/x",
    "dbm",
    "SHMCB:logs/x(128000)",
    "none",
    "nonenotnull",
    "dc:localhost",
    "memcache:",
    "redis",
]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_httpd_accepts_what_we_accept(lab: Lab, argument: str) -> None:
    with lab.httpd(f'SSLStaplingCache "{argument}"\n') as httpd:
        test = httpd.configtest()
    cache = parse_cache(argument)
    loaded = cache.provider in ("shmcb", "default", "dbm")
    assert test.accepted == (loaded and cache.refusal is None), test.output
    if loaded and cache.refusal:
        assert cache.refusal in test.output


responses = st.lists(
    st.builds(
        Response,
        st.binary(min_size=20, max_size=20),
        st.integers(min_value=250, max_value=4000),
    ),
    max_size=40,
    unique_by=lambda response: response.sha1,
)


@settings(deadline=None)
@given(responses)
def test_the_smallest_size_holds_all_and_one_byte_less_does_not(given: list[Response]) -> None:
    size = smallest_size(given)
    assert holds_all(size, given)
    assert size == 8192 or not holds_all(size - 1, given)


@settings(deadline=None)
@given(responses)
def test_the_recommended_size_holds_all(given: list[Response]) -> None:
    assert holds_all(recommended_size(given), given)


@pytest.mark.parametrize("count", [0, 10, 100, 300, 1000, 3000])
def test_the_recommended_size_is_the_first_of_doubled_sizes_that_holds_long_responses(
    count: int,
) -> None:
    sha1s = [hashlib.sha1(bytes([n % 256, n // 256])).digest() for n in range(count)]  # noqa: S324
    doubled = [Response(sha1, 4000) for sha1 in sha1s]
    sizes = [131_072 << doublings for doublings in range(8)]
    expected = next(size for size in sizes if holds_all(size, doubled))
    assert recommended_size([Response(sha1, 2000) for sha1 in sha1s]) == expected


def test_a_larger_cache_can_hold_less() -> None:
    # Six in one subcache of the two, and none in the other.
    sha1s = [bytes([2 * n]) + bytes(19) for n in range(6)]
    given = [Response(sha1, 1000) for sha1 in sha1s]
    least = smallest_size(given)
    larger = [size for size in range(least, 20 * least, 64) if not holds_all(size, given)]
    assert larger
    assert not any(holds_all(size, given) for size in range(8192, least, 8))


def test_the_layout_of_the_largest_size_is_computed() -> None:
    assert shmcb_layout(LARGEST_SIZE).subcaches == 256


def test_a_response_for_the_wrong_issuer_takes_room_in_the_cache(lab: Lab) -> None:
    issued = lab.authority.issue("wrong-issuer")
    wrong = ("SSLUseStapling on", "SSLCertificateChainFile certs/namesake.pem")
    text = CACHE + tls_host(*wrong, certificate="wrong-issuer")
    text += tls_host("SSLUseStapling on", certificate="no-ocsp", name="none.example.com")
    with lab.httpd(text) as httpd:
        cached = understand(read(locate(str(httpd.root / "httpd.conf"), Options())))
        assert httpd.start(), httpd.log
        assert {handshake(httpd.port, "www.example.com").staple for _ in range(2)} == {"unknown"}
        assert handshake(httpd.port, "none.example.com").staple is None
        asked = lab.responder.queries(issued.serial)
    certificates = [each.common_name for each in cached.stapled_certificates.values()]
    assert certificates == ["wrong-issuer"]
    assert asked == 1


def test_evictions_are_those_of_the_server(lab: Lab) -> None:
    """Which certificates share an overfull subcache, seen by who is asked for again."""
    issued = [
        lab.authority.issue(f"evicted-{number}", names=(f"h{number}.example.com",))
        for number in range(24)
    ]
    hosts = "".join(
        tls_host(name=f"h{number}.example.com", certificate=f"evicted-{number}")
        for number in range(24)
    )
    size = 20000
    text = f"SSLStaplingCache shmcb:logs/stapling({size})\nSSLUseStapling on\n{hosts}"
    from cryptography.hazmat.primitives.serialization import Encoding

    sha1 = {
        i.serial: hashlib.sha1(i.x509.public_bytes(Encoding.DER), usedforsecurity=False).digest()
        for i in issued
    }
    with lab.httpd(text) as httpd:
        assert httpd.start(), httpd.log
        for _ in range(2):
            for number in range(24):
                assert handshake(httpd.port, f"h{number}.example.com").staple == "good"
        httpd.stop()
        lengths = re.findall(r"AH01987: OCSP response: got \d+ bytes, (\d+) total", httpd.log)
    asked = {i.serial: lab.responder.queries(i.serial) for i in issued}
    length = max(map(int, lengths))
    given = [Response(sha1[i.serial], length) for i in issued]
    overfull = overfull_subcaches(shmcb_layout(size), given)
    predicted = {response.sha1 for group in overfull for response in group}
    # Asked in a circle, an overfull subcache never has the next one still.
    assert {sha1[serial] for serial, count in asked.items() if count > 1} == predicted
    assert predicted
