"""Caches that outlive httpd, that another program writes to, or that get no memory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from apachestaple.rules.rule import CACHE, tls_host
from tests.command.run import run
from tests.lab.caches import CacheServer
from tests.lab.handshake import handshake

if TYPE_CHECKING:
    from tests.lab.play import Lab

ON = tls_host("SSLUseStapling on")


def cached_in(name: str, address: str) -> str:
    module = f"LoadModule socache_{name}_module modules/mod_socache_{name}.so\n"
    return f"{module}SSLStaplingCache {name}:{address}\n{ON}"


@pytest.mark.parametrize("name", ["redis", "memcache"])
def test_a_response_in_redis_or_memcache_outlives_a_stop_and_start(lab: Lab, name: str) -> None:
    with (
        CacheServer(name, lab.folder) as cache,
        lab.httpd(cached_in(name, cache.address)) as httpd,
    ):
        assert httpd.start()
        assert handshake(httpd.port).good
        httpd.stop()
        asked = lab.responder.queries_total()
        assert httpd.start()
        assert handshake(httpd.port).good
        assert lab.responder.queries_total() == asked
        cache.forget()
        assert handshake(httpd.port).good
        assert lab.responder.queries_total() == asked + 1


@pytest.mark.parametrize(
    ("value", "log_id"),
    [(b"x", "AH01931"), (b"\x01no response", "AH01932")],
    ids=["too short", "not a response"],
)
def test_what_another_program_puts_into_the_cache_is_asked_for_again(
    lab: Lab, value: bytes, log_id: str
) -> None:
    with (
        CacheServer("redis", lab.folder) as cache,
        lab.httpd(cached_in("redis", cache.address)) as httpd,
    ):
        assert httpd.start()
        assert handshake(httpd.port).good
        cache.overwrite(value)
        asked = lab.responder.queries_total()
        assert handshake(httpd.port).good
        assert lab.responder.queries_total() == asked + 1
        assert log_id in httpd.log_ids()


def test_httpd_does_not_start_without_memory_for_its_cache(lab: Lab) -> None:
    text = f"SSLStaplingCache shmcb:logs/stapling(4000000000)\n{ON}"
    with lab.httpd(text, inside=["prlimit", "--as=3000000000"]) as httpd:
        assert httpd.configtest().accepted
        assert not httpd.start()
        assert {"AH00819", "AH01872", "AH02312"} <= httpd.log_ids()


DBM = "SSLStaplingCache dbm:logs/stapling\n"


@pytest.mark.parametrize(
    ("caches", "lines", "queries"),
    [(CACHE + DBM, [2], 2), (DBM + CACHE, [], 1), (DBM + DBM, [2], 2)],
    ids=["dbm last", "shmcb last", "dbm twice"],
)
def test_only_the_last_cache_is_said_to_be_too_small(
    lab: Lab, caches: str, lines: list[int], queries: int
) -> None:
    text = caches + tls_host("SSLUseStapling on", certificate="answer-large")
    with lab.httpd(text) as httpd:
        done = run("lint", httpd.root / "httpd.conf", "--select", "AS214", "--format", "json")
        assert [finding["line"] for finding in json.loads(done.stdout)["findings"]] == lines
        assert httpd.start()
        asked = len(lab.strange.asked)
        for _ in range(2):
            assert handshake(httpd.port).staple == "good"
        assert len(lab.strange.asked) == asked + queries
