"""URLs of responders and proxies, and what a real httpd makes of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from apachestaple.mod_ssl.commands import COMMANDS
from apachestaple.ocsp.uri import Uri, parse_uri, proxy_place, proxy_problem, url_problem
from apachestaple.rules.finding import Effect
from apachestaple.rules.responder_url import effect_of
from apachestaple.rules.rule import CACHE, tls_host
from tests.lab.play import play

if TYPE_CHECKING:
    from tests.lab.play import Lab

REFUSED = ("127.0.0.1:3128", "[::1]:3128", "-x:1", "http://h:80x/", "http://[::1/", "a_b:1", ":1")
UNREACHABLE = {
    "http://127.0.0.1": Uri("http", "127.0.0.1"),
    "http://u:p@127.0.0.1/x:1": Uri("http", "127.0.0.1"),
    "//127.0.0.1": Uri(None, "127.0.0.1"),
    "proxy:3128": Uri("proxy"),
    "localhost": Uri(None),
    "///127.0.0.1:1": Uri(None),
    "http:///x": Uri("http", ""),
    "http://:3128": Uri("http", "", 3128),
    "http://127.0.0.1:0": Uri("http", "127.0.0.1"),
    "http://127.0.0.1:65536": Uri("http", "127.0.0.1"),
    "x/y:1": Uri(None),
}
PROXIES = {
    "http://proxy.example.com:3128": ("proxy.example.com", 3128),
    "http://proxy:1/": ("proxy", 1),
    "http://proxy:65535": ("proxy", 65535),
    "http://[2001:db8::3]:3128": ("2001:db8::3", 3128),
    "http://proxy:0": None,
    "http://proxy:65536": None,
    "http://proxy": None,
    "proxy:3128": None,
    "http://a;b:3128": None,
}
REACHABLE = ("http://127.0.0.1:{port}", "//127.0.0.1:{port}/", "x://u@127.0.0.1:{port}#x")


@pytest.mark.parametrize("url", PROXIES)
def test_a_proxy_of_the_command_line_has_a_host_and_a_port(url: str) -> None:
    place = PROXIES[url]
    if place is None:
        with pytest.raises(ValueError, match="takes a URL like"):
            proxy_place(url)
    else:
        assert proxy_place(url) == place


@pytest.mark.parametrize("url", REFUSED)
def test_httpd_refuses_a_proxy_that_we_cannot_parse(lab: Lab, url: str) -> None:
    assert parse_uri(url) is None
    fault = COMMANDS["sslocspproxyurl"].problem([url])
    assert fault == f"SSLOCSPProxyURL: Cannot parse URL {url}"
    test = lab.httpd(f'SSLOCSPProxyURL "{url}"\n').configtest()
    assert not test.accepted
    assert fault in test.output


@pytest.mark.parametrize("url", UNREACHABLE)
def test_a_proxy_without_host_or_port_is_accepted_and_never_reached(lab: Lab, url: str) -> None:
    assert parse_uri(url) == UNREACHABLE[url]
    assert proxy_problem(url)
    played = play(lab, CACHE + tls_host("SSLUseStapling on", f"SSLOCSPProxyURL {url}"))
    assert played.started
    assert played.handshakes[""].staple == "tryLater"
    assert played.log_ids & {"AH01972", "AH01974"}


@pytest.mark.parametrize("url", REACHABLE)
def test_a_proxy_with_host_and_port_is_reached(lab: Lab, url: str) -> None:
    # The responder stands for a proxy: a POST with a whole URL is all that differs.
    (port,) = re.findall(r":(\d+)", lab.authority.responder_url)
    url = url.format(port=port)
    assert proxy_problem(url) is None
    played = play(lab, CACHE + tls_host("SSLUseStapling on", f"SSLOCSPProxyURL {url}"))
    assert not played.log_ids & {"AH01972", "AH01974"}


@pytest.mark.parametrize(
    "url",
    [
        "ocsp.example.com",
        "//127.0.0.1/",
        "/ocsp",
        "127.0.0.1:80",
        "https://127.0.0.1/",
        "HTTP://127.0.0.1/",
        "ldap:///x",
        "http://127.0.0.1:80x/",
        "http:127.0.0.1",
        "http:///ocsp",
    ],
)
def test_a_responder_that_cannot_be_asked_costs_what_we_say(lab: Lab, url: str) -> None:
    fault = url_problem(url)
    assert fault is not None
    played = play(lab, CACHE + tls_host("SSLUseStapling on", f"SSLStaplingForceURL {url}"))
    assert played.started
    assert fault.log_id in played.log_ids
    if effect_of(fault) is Effect.BAD_STAPLE:
        assert played.handshakes[""].staple == "tryLater"
    else:
        assert played.aborts_handshakes


@pytest.mark.parametrize(
    "url", ["http://h", "http://h:8080/x?y", "http://[::1]:80/", "http://@h:/"]
)
def test_a_responder_that_can_be_asked_has_no_fault(url: str) -> None:
    assert url_problem(url) is None
