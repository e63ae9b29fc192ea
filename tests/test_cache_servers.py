"""The servers of redis and memcache caches, as httpd reads them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from apachestaple.mod_ssl.cache import parse_cache
from apachestaple.mod_ssl.cache_servers import cache_servers
from apachestaple.rules.rule import tls_host
from tests.lab.handshake import handshake

if TYPE_CHECKING:
    from tests.lab.play import Lab

ON = tls_host("SSLUseStapling on")


def cached_in(name: str, address: str) -> str:
    module = f"LoadModule socache_{name}_module modules/mod_socache_{name}.so\n"
    return f"{module}SSLStaplingCache {name}:{address}\n{ON}"


def test_an_ipv6_address_is_without_its_brackets() -> None:
    found = cache_servers(parse_cache("redis:[2001:db8::1],[::1]:6380"))
    assert [(server.host, server.port) for server in found] == [
        ("2001:db8::1", 6379),
        ("::1", 6380),
    ]


@pytest.mark.parametrize("name", ["redis", "memcache"])
def test_a_server_without_a_port_has_the_default_port(lab: Lab, name: str) -> None:
    (server,) = cache_servers(parse_cache(f"{name}:127.0.0.9"))
    trace = lab.folder / f"trace-{name}"
    command = ["strace", "-f", "-e", "trace=connect", "-o", str(trace)]
    with lab.httpd(cached_in(name, "127.0.0.9"), inside=command) as httpd:
        assert httpd.start(), httpd.log
        assert handshake(httpd.port).good
        httpd.stop()
    found = re.findall(r'htons\((\d+)\), sin_addr=inet_addr\("127.0.0.9"\)', trace.read_text())
    assert {int(port) for port in found} == {server.port}


@pytest.mark.parametrize("address", ["127.0.0.1:65535", "127.0.0.1:65536", "a:0", "65535", "65536"])
def test_httpd_starts_with_the_servers_that_we_can_read(lab: Lab, address: str) -> None:
    (server,) = cache_servers(parse_cache(f"redis:{address}"))
    with lab.httpd(cached_in("redis", address)) as httpd:
        assert httpd.start() is not bool(server.log_id), httpd.log
        httpd.stop()
        assert server.log_id in httpd.log
