"""Hosts and their merged settings, against what the running server does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from apachestaple.discovery.locate import locate
from apachestaple.httpd.layout import Options
from apachestaple.httpd.numbers import atoi
from apachestaple.httpd.reader import read
from apachestaple.mod_ssl.site import Site, understand
from apachestaple.mod_ssl.staples import prospect
from apachestaple.rules.rule import CACHE, tls_host
from tests.lab.handshake import handshake

if TYPE_CHECKING:
    from tests.lab.play import Lab
    from tests.lab.server import Httpd

A, B = "a.example.com", "b.example.com"
PLAIN = """\
<VirtualHost {address}>
    ServerName a.example.com
    SSLCertificateFile certs/good.pem
    SSLCertificateKeyFile certs/good.key
</VirtualHost>
"""


def understood(httpd: Httpd) -> Site:
    return understand(read(locate(str(httpd.root / "httpd.conf"), Options())))


@dataclass(frozen=True)
class Case:
    """A configuration; a and b are the server names that are asked for."""

    text: str


CASES = {
    "stapling inherited": CACHE + "SSLUseStapling on\n" + tls_host(name=A) + tls_host(name=B),
    "stapling inherited and switched off": (
        CACHE + "SSLUseStapling on\n" + tls_host(name=A) + tls_host("SSLUseStapling off", name=B)
    ),
    "stapling in the second host only": (
        CACHE + tls_host(name=A) + tls_host("SSLUseStapling on", name=B)
    ),
    "the last one wins": (
        CACHE
        + tls_host("SSLUseStapling off", "SSLUseStapling on", name=A)
        + tls_host("SSLUseStapling on", "SSLUseStapling off", name=B)
    ),
    "SSLEngine inherited": (
        CACHE
        + "SSLEngine on\nSSLUseStapling on\nSSLCertificateFile certs/good.pem\n"
        + "SSLCertificateKeyFile certs/good.key\n"
        + "<VirtualHost *:443>\nServerName a.example.com\n</VirtualHost>\n"
        + "<VirtualHost *:443>\nServerName b.example.com\nSSLUseStapling off\n</VirtualHost>\n"
    ),
    "set after the host": CACHE + tls_host(name=A) + tls_host(name=B) + "SSLUseStapling on\n",
    "a certificate in place of the main server's": (
        CACHE
        + "SSLCertificateFile certs/no-ocsp.pem\nSSLCertificateKeyFile certs/no-ocsp.key\n"
        + "SSLUseStapling on\n"
        + tls_host(name=A)
        + "<VirtualHost *:443>\nServerName b.example.com\nSSLEngine on\n</VirtualHost>\n"
    ),
    "SSLEngine optional is no TLS from the first byte": (
        CACHE + tls_host("SSLUseStapling on", name=A)
    ),
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES.keys())
def test_a_host_staples_where_we_say_so(lab: Lab, text: str) -> None:
    with lab.httpd(text) as httpd:
        site = understood(httpd)
        assert httpd.start(), httpd.log
        for host in site.virtual_hosts:
            name = host.name.partition(":")[0]
            staple = handshake(httpd.port, name).staple
            assert (staple == "good") == bool(prospect(host, site).staples), name


@pytest.mark.parametrize("address", ["*:443", "_default_:443", "127.0.0.1:443", "0.0.0.0:443"])
@pytest.mark.parametrize(
    "listen", ["Listen 127.0.0.1:443 https", "Listen 443 https", "Listen 0.0.0.0:443 https"]
)
def test_https_of_the_listen_is_tls_where_we_say_so(lab: Lab, listen: str, address: str) -> None:
    text = f"{listen}\n{PLAIN.format(address=address)}"
    with lab.httpd(text) as httpd:
        (host,) = understood(httpd).virtual_hosts
        assert httpd.start(), httpd.log
        assert handshake(httpd.port, A, status=False).connected == host.is_tls


def test_certificates_replace_those_of_the_main_server_one_by_one(lab: Lab) -> None:
    main = "".join(f"SSLCertificateFile certs/{name}.pem\n" for name in ("rsa", "other"))
    with lab.httpd(main + tls_host(name=A)) as httpd:
        (host,) = understood(httpd).virtual_hosts
    assert [c.name for c in host.certificates] == ["certs/good.pem", "certs/other.pem"]


def test_a_host_is_named_as_in_the_log(lab: Lab) -> None:
    with lab.httpd(CACHE + tls_host("SSLUseStapling on", name=A, certificate="no-ocsp")) as httpd:
        (host,) = understood(httpd).virtual_hosts
        assert httpd.start()
        httpd.stop()
        assert f"AH02604: Unable to configure certificate {A}:443:0 for stapling" in httpd.log
    port = httpd.port
    assert host.name == f"{A}:{port}", "with the port at which it answers"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("10", 10),
        ("1h", 1),
        ("abc", 0),
        ("", 0),
        (" 7", 7),
        ("-5", -5),
        ("+5", 5),
        ("0x10", 0),
        ("4294967297", 1),
        ("2147483648", -(2**31)),
        ("9" * 5000, -1),
    ],
)
def test_numbers_are_read_as_c_reads_them(text: str, number: int) -> None:
    assert atoi(text) == number
