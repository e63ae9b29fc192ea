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
PLAIN = "<VirtualHost *:443>\n    ServerName plain.example.com\n</VirtualHost>\n"


@pytest.mark.parametrize(
    "text",
    [
        tls_host(ON).replace("Engine on", "Engine optional"),
        PLAIN + tls_host(ON),
        tls_host("SSLUseStapling off") + tls_host(ON),
        tls_host(ON) + tls_host(name="z.example.com").replace("*:443", "127.0.0.1:443"),
    ],
    ids=["SSLEngine optional", "first host without TLS", "name twice", "specific address"],
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
