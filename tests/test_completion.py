"""Proposals are what httpd accepts at a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apachestaple.language_server.completion import Completion, completions
from apachestaple.language_server.statement import Position
from apachestaple.mod_ssl.descriptions import DESCRIPTIONS
from apachestaple.rules.rule import CACHE, tls_host
from tests.editor import cursor, site_of

if TYPE_CHECKING:
    from tests.lab.play import Lab
    from tests.lab.server import Httpd

PLACES = {
    "main server": "¦",
    "condition": "<IfModule mod_ssl.c>\n¦\n</IfModule>\n",
    "host": "<VirtualHost *:443>\n<IfVersion >= 2>\n¦\n</IfVersion>\n</VirtualHost>\n",
    "folder": "<Directory />\n¦\n</Directory>\n",
    "request": "<VirtualHost *:443>\n<If true>\n¦\n</If>\n</VirtualHost>\n",
}
FILES = {
    "sslcertificatefile": "certs/good.pem",
    "sslcertificatekeyfile": "certs/good.key",
    "sslcertificatechainfile": "certs/good.pem",
    "sslcacertificatefile": "certs/good.pem",
    "sslcacertificatepath": "certs",
    "sslstaplingresponsemaxage": "60",
    "sslstaplingforceurl": "http://responder.example/",
    "sslocspproxyurl": "http://proxy.example:3128/",
}
CERTIFICATES = ("good", "other", "third")
CACHES = (
    "LoadModule socache_dbm_module modules/mod_socache_dbm.so\n"
    "LoadModule socache_redis_module modules/mod_socache_redis.so\n"
    "LoadModule socache_memcache_module modules/mod_socache_memcache.so\n"
)


def proposed(httpd: Httpd, text: str) -> list[Completion]:
    written, position = cursor(text)
    path = str(httpd.root / "site.conf")
    return completions(written, path, position, site_of(httpd.root / "httpd.conf"))


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
def test_httpd_accepts_the_directives_that_are_proposed_and_no_others(lab: Lab, place: str) -> None:
    with lab.httpd("") as httpd:
        names = {each.new_text.lower() for each in proposed(httpd, place)}
        values = {
            key: [each.new_text for each in proposed(httpd, place.replace("¦", f"{key} ¦"))]
            for key in DESCRIPTIONS
        }
        assert set(values) == {*filter(values.get, values), *FILES}
        lines = {key: f"{key} {FILES.get(key) or values[key][0]}\n" for key in DESCRIPTIONS}
        allowed = "".join(line for key, line in lines.items() if key in names)
        httpd.configure(place.replace("¦", allowed))
        assert httpd.configtest().accepted, httpd.configtest().output
        for key in lines.keys() - names:
            httpd.configure(place.replace("¦", lines[key]))
            assert not httpd.configtest().accepted, key


def test_httpd_accepts_every_value_that_is_proposed(lab: Lab) -> None:
    with lab.httpd(CACHES) as httpd:
        lines = ""
        for key in DESCRIPTIONS:
            for each in proposed(httpd, f"{CACHES}{key} ¦"):
                # A URL is continued by the user.
                lines += f"{key} {each.new_text.replace('http://', 'http://a.example/')}\n"
        httpd.configure(CACHES + lines)
        assert httpd.configtest().accepted, httpd.configtest().output
        caches = [line for line in lines.split("\n") if line.startswith("sslstaplingcache ")]
        providers = [line.split()[1].partition(":")[0] for line in caches]
        assert providers == ["shmcb", "redis", "memcache", "dbm"]


@pytest.mark.parametrize(
    "text",
    [
        "# ¦",
        "SSLUseStapling on ¦",
        "SSLCertificateFile ¦",
        "SSLUse\\\nSta¦pling",
        "<Virtual¦Host *>",
    ],
)
def test_where_nothing_is_proposed(text: str) -> None:
    written, position = cursor(text)
    assert completions(written, "/a.conf", position, None) == []


def test_a_proposal_replaces_the_word_at_the_cursor() -> None:
    """Also one with characters that editors do not count as part of a word."""
    written, position = cursor("  SSLStaplingCache 'shmcb:a¦(12)'")
    (first, *_) = completions(written, "/a.conf", position, None)
    assert (first.new_text, first.span) == ("shmcb:logs/ssl_stapling(131072)", ((0, 19), (0, 32)))
    written, position = cursor("  sslu¦x on")
    (first, *_) = completions(written, "/a.conf", position, None)
    assert (first.new_text, first.span) == ("SSLUseStapling", ((0, 2), (0, 7)))


def test_a_file_that_a_host_includes_is_inside_of_the_host(lab: Lab) -> None:
    text = "<VirtualHost *:443>\nInclude inside.conf\n</VirtualHost>\n"
    with lab.httpd(text, files={"inside.conf": "\n"}) as httpd:
        site = site_of(httpd.root / "httpd.conf")
        path = str(httpd.root / "inside.conf")
        names = [each.label for each in completions("\n", path, Position(0, 0), site)]
        assert "SSLUseStapling" in names
        assert "SSLStaplingCache" not in names
        httpd.configure(text.replace("Include", "# Include") + "Include inside.conf\n")
        site = site_of(httpd.root / "httpd.conf")
        names = [each.label for each in completions("\n", path, Position(0, 0), site)]
        assert "SSLStaplingCache" in names


def test_the_cache_is_large_enough_and_beside_that_of_sessions(lab: Lab) -> None:
    hosts = "".join(tls_host("SSLUseStapling on", certificate=name) for name in CERTIFICATES)
    text = "SSLSessionCache shmcb:${APACHE_RUN_DIR}/scache(512000)\n" + hosts
    with lab.httpd(text + CACHE) as httpd:
        proposal = proposed(httpd, "SSLStaplingCache ¦")[0]
        assert proposal.new_text == "shmcb:${APACHE_RUN_DIR}/ssl_stapling(131072)"
        assert proposal.detail == "131,072 bytes in memory for 3 certificates"


def test_a_hostile_path_is_not_proposed(lab: Lab) -> None:
    with lab.httpd("SSLSessionCache shmcb:\x1b[2J/scache(512000)\n") as httpd:
        (proposal, *_) = proposed(httpd, "SSLStaplingCache ¦")
    assert proposal.label == "shmcb:logs/ssl_stapling(131072)"


def test_a_provider_whose_module_is_not_loaded(lab: Lab) -> None:
    with lab.httpd("") as httpd:
        details = {each.label[:3]: each.detail for each in proposed(httpd, "SSLStaplingCache ¦")}
    assert details["red"] == "Redis server; needs socache_redis_module"
    assert details["dbm"] == "file; responses up to 928 bytes"
    assert details["shm"] == "131,072 bytes in memory"
