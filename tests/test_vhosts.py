"""Which virtual host answers: drawn addresses and names, and what clients of httpd get."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

import pytest

from apachestaple.discovery.locate import locate
from apachestaple.httpd.layout import Options
from apachestaple.httpd.reader import read
from apachestaple.mod_ssl.addresses import Address
from apachestaple.mod_ssl.site import understand
from apachestaple.mod_ssl.staples import prospect
from apachestaple.mod_ssl.strmatch import matches
from apachestaple.rules.rule import CACHE, tls_host
from tests.lab.handshake import handshake

if TYPE_CHECKING:
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from tests.lab.play import Lab
    from tests.lab.server import Httpd

CERTIFICATES = ("good", "other", "third", "rsa", "must-staple", "no-ocsp", "leaf-only")
NAMES = ("a.example.com", "b.example.com", "a.b.example.com", "example.com", "c.test")
ALIASES = (*NAMES, "*.example.com", "?.example.com", "*.b.*", "A.EXAMPLE.COM", "*")
ADDRESSES = ("*:443", "*:443", "127.0.0.1:443", "127.0.0.2:443", "_default_:443", "127.0.0.1:*")
LISTENS = ("Listen 443\n", "Listen 0.0.0.0:443\n", "Listen 127.0.0.1:443\nListen 127.0.0.2:443\n")
PEM = re.compile("-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----")


def drawn_site(seed: int) -> str:
    drawn = random.Random(seed)  # noqa: S311  (the same each time)
    text = drawn.choice(LISTENS)
    for certificate in CERTIFICATES[: drawn.randint(3, 7)]:
        addresses = " ".join(drawn.sample(ADDRESSES, k=drawn.choice((1, 1, 2))))
        aliases = drawn.sample(ALIASES, k=drawn.choice((0, 0, 1, 2)))
        engine = drawn.choices(("on", "off"), weights=(5, 1))[0]
        lines = [f"ServerAlias {' '.join(aliases)}"] if aliases else []
        host = tls_host(*lines, certificate=certificate, name=drawn.choice(NAMES))
        text += host.replace("*:443", addresses).replace("SSLEngine on", f"SSLEngine {engine}")
    return text


def understood(httpd: Httpd) -> Site:
    main = str(httpd.root / "httpd.conf")
    return understand(read(locate(main, Options())), certificates_required=True)


def expected(site: Site, address: str, port: int, name: str) -> Host | None:
    """The host whose certificate a client gets."""
    chain = site.vhosts.chain(Address(address, port))
    if chain is None or not chain.has_tls:
        return None
    host = chain.answering(name)
    # A host without TLS has no certificate to send.
    return host if host.takes_handshakes else chain.first


@pytest.mark.parametrize("seed", range(12))
def test_clients_get_the_host_that_we_expect(lab: Lab, seed: int) -> None:
    with lab.httpd(drawn_site(seed)) as httpd:
        site = understood(httpd)
        assert httpd.start(), httpd.log
        for address in ("127.0.0.1", "127.0.0.2"):
            for name in (*NAMES, "unknown.example.com"):
                made = handshake(httpd.port, name, address=address)
                host = expected(site, address, httpd.port, name)
                assert made.connected is (host is not None), (address, name, made.raw)
                if host is not None:
                    (certificate,) = host.certificates
                    path = httpd.root / certificate.name
                    served = PEM.search(path.read_text())
                    sent = PEM.search(made.raw)
                    assert served
                    assert sent
                    assert sent[0] == served[0], (address, name, host.name)


def test_a_name_that_no_host_has_gets_the_first_host(lab: Lab) -> None:
    text = CACHE + tls_host("SSLUseStapling on") + tls_host(name="b.example.com")
    with lab.httpd(text) as httpd:
        assert httpd.start()
        assert handshake(httpd.port, "unknown.example.com").staple == "good"
        httpd.stop()
        assert "AH02044" in httpd.log


def told(lab: Lab, text: str, name: str) -> tuple[bool | None, str | None]:
    """What we say of the host with a name, and what its clients get that ask a second time."""
    with lab.httpd(text) as httpd:
        site = understood(httpd)
        host = next(h for h in site.listed_hosts if h.name.startswith(f"{name}:"))
        assert httpd.start(), httpd.log
        seen = [handshake(httpd.port, name).staple for _ in range(2)]
        return prospect(host, site).staples, seen[1]


ON = "SSLUseStapling on"
SUFFIX = "ServerAlias *.example.com"
PLAIN = "<VirtualHost *:443>\n    ServerName plain.example.com\n</VirtualHost>\n"


@pytest.mark.parametrize(
    "text",
    [
        tls_host(ON).replace("Engine on", "Engine optional"),
        PLAIN + tls_host(ON),
        tls_host("SSLUseStapling off") + tls_host(ON),
        tls_host(SUFFIX, name="a.example.com") + tls_host(ON, SUFFIX),
        tls_host(ON) + tls_host(name="z.example.com").replace("*:443", "127.0.0.1:443"),
    ],
    ids=[
        *("SSLEngine optional", "first host without TLS", "name twice", "pattern twice"),
        "specific address",
    ],
)
def test_a_host_that_clients_do_not_reach_staples_nothing(lab: Lab, text: str) -> None:
    assert told(lab, CACHE + text, "www.example.com") == (False, None)


@pytest.mark.parametrize(
    "text",
    [
        tls_host(ON) + PLAIN,
        tls_host(ON) + tls_host("SSLUseStapling off", name="b.example.com"),
        tls_host(ON) + tls_host(name="z.example.com").replace("*:443", "127.0.0.2:443"),
    ],
    ids=["a host without TLS behind it", "another name", "another address"],
)
def test_a_host_that_clients_reach_staples(lab: Lab, text: str) -> None:
    assert told(lab, CACHE + text, "www.example.com") == (True, "good")


@pytest.mark.parametrize(
    ("pattern", "name", "is_match"),
    [
        ("*", "", True),
        ("*.example.com", "a.b.example.com", True),
        ("*.example.com", ".example.com", True),
        ("*.example.com", "example.com", False),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("a*b*c", "axxbyyc", True),
        ("a*b*c", "axxbyyd", False),
        ("*a*b", "aab", True),
        ("a**", "a", True),
    ],
)
def test_patterns_are_matched_as_httpd_matches_them(
    pattern: str, name: str, is_match: bool
) -> None:
    assert matches(name, pattern) is is_match


def test_a_host_has_the_port_of_its_name_or_address(lab: Lab) -> None:
    """The log of httpd has 443 for a name without port."""
    hosts = (
        ("*:443", "ServerName a.example.com"),
        ("*:443", "ServerName b.example.com:8443"),
        ("*:443", "ServerName https://c.example.com"),
        ("127.0.0.3", "ServerName d.example.com"),
        ("127.0.0.3", "ServerName e.example.com:8443"),
    )
    text = "".join(
        tls_host()
        .replace("*:443", address)
        .replace("ServerName www.example.com", line)
        .replace("SSLEngine on", "SSLEngine on\n    LogLevel ssl:info")
        for address, line in hosts
    )
    with lab.httpd("Listen 443\n" + text) as httpd:
        names = [host.name for host in understood(httpd).listed_hosts]
        assert httpd.start(), httpd.log
        httpd.stop()
        logged = re.findall(r"AH01914: Configuring server (.)\.example\.com:(\d+)", httpd.log)
    ports = {"a": httpd.port, "b": 8443, "c": httpd.port, "d": 443, "e": 8443}
    assert names == [f"{name}.example.com:{port}" for name, port in ports.items()]
    assert dict(logged) == {"a": "443", "b": "8443", "c": "443", "d": "443", "e": "8443"}


@pytest.mark.parametrize(("length", "is_known"), [(255, True), (256, False)])
def test_no_client_can_ask_for_a_name_of_more_than_255_characters(
    lab: Lab, length: int, is_known: bool
) -> None:
    name = ("a" * 60 + ".") * 4 + "b" * (length - 244)
    text = tls_host() + tls_host(f"ServerAlias {name}", name="b.example.com", certificate="other")
    with lab.httpd(text) as httpd:
        host = understood(httpd).listed_hosts[1]
        assert (name in host.names) is is_known
        assert httpd.start(), httpd.log
        sent = PEM.search(handshake(httpd.port, name).raw)
        other = PEM.search((httpd.root / "certs/other.pem").read_text())
        assert other
        assert (sent is not None and sent[0] == other[0]) is is_known


def test_what_clients_get_may_depend_on_the_address(lab: Lab) -> None:
    both = tls_host(ON).replace("*:443", "127.0.0.1:443 127.0.0.2:443")
    text = "Listen 443\n" + CACHE + tls_host().replace("*:443", "127.0.0.1:443") + both
    with lab.httpd(text) as httpd:
        site = understood(httpd)
        found = prospect(site.listed_hosts[1], site)
        assert httpd.start(), httpd.log
        got = [
            handshake(httpd.port, "www.example.com", address=address).staple
            for address in ("127.0.0.1", "127.0.0.2")
        ]
    assert got == [None, "good"]
    assert found.staples is None
    assert found.why == (
        f"it depends on the address: at 127.0.0.1:{httpd.port} www.example.com:{httpd.port} "
        "(site.conf:3) answers clients instead, and SSLUseStapling is not set, "
        f"at 127.0.0.2:{httpd.port} mod_ssl staples the responses of {lab.responder.url}"
    )


@pytest.mark.parametrize("listen", ["", "Listen 8443 https\n"])
def test_a_listen_may_be_in_a_file_that_was_not_read(lab: Lab, listen: str) -> None:
    text = CACHE + (PLAIN + tls_host(ON)).replace("*:443", "*:8443")
    with lab.httpd(listen + text) as httpd:
        site = understood(httpd)
        (host,) = (each for each in site.listed_hosts if each.is_tls)
        found = prospect(host, site)
    assert found.staples is False
    assert "has no TLS, so no client can connect with TLS" in found.why
