"""Which responders are asked, and why others are not; what is let out for them, in each form."""

from __future__ import annotations

import csv
import io
import shlex
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from apachestaple.cli.errors import UsageError
from apachestaple.cli.options import Common
from apachestaple.cli.responders import responders as responders_command
from apachestaple.discovery.starts import find_start
from apachestaple.mod_ssl.reading import read_site
from apachestaple.mod_ssl.responders import responders
from apachestaple.ocsp.destinations import outgoing
from apachestaple.rules.rule import CACHE, tls_host
from apachestaple.settings import Settings
from apachestaple.templating import TemplateProblemError
from tests.lab.ca import Authority
from tests.lab.certificates import NAMES
from tests.lab.processes import wait_until
from tests.lab.raw import SilentResponder
from tests.schemas import RESPONDERS, checked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from apachestaple.ocsp.destinations import Outgoing
    from tests.lab.play import Lab

FIRST, SECOND = "http://ocsp.example.com/r", "http://second.example.com:8080"
PROXY = "SSLOCSPProxyURL http://proxy.example.com:3128/"
ON = "SSLUseStapling on"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A server root with certificates."""
    root = tmp_path_factory.mktemp("server")
    authority = Authority(root / "certs", FIRST, write_keys=False)
    authority.issue("two", names=["two.example"], ocsp=[FIRST, SECOND])
    authority.issue("leaf-only", names=["leaf.example"], chain=False)
    authority.issue("https", names=["https.example"], ocsp=["https://ocsp.example.com/r"])
    authority.issue("address", names=["a.example"], ocsp=["http://192.0.2.7", FIRST])
    authority.issue("address-6", names=["a.example"], ocsp=["http://[2001:DB8::0:7]:81/"])
    authority.issue("none", names=["none.example"], ocsp=[])
    return root


def configured(root: Path, certificate: str, *lines: str, main: str = "") -> str:
    """The path of a main file with one host."""
    text = [f"ServerRoot {root}", "LoadModule ssl_module m.so", "Listen 443", "User www-data", main]
    text += ["<VirtualHost *:443>", "ServerName www", "SSLEngine on"]
    text += [f"SSLCertificateFile certs/{certificate}.pem", *lines, "</VirtualHost>"]
    (root / "httpd.conf").write_text("\n".join(text) + "\n")
    return str(root)


def let_out(path: str, *, proxies: bool = True) -> Outgoing:
    return outgoing(responders(read_site(find_start(path, Settings()))), proxies=proxies)


# -- who is asked -------------------------------------------------------------------------------

ONLY_FIRST = "httpd uses only the first URI of a certificate"
MOD_MD = "LoadModule md_module m.so\nMDStapling on"


@pytest.mark.parametrize(
    ("certificate", "lines", "main", "refusals"),
    [
        ("two", [ON], "", {FIRST: [], SECOND: [ONLY_FIRST]}),
        (
            "two",
            [ON, "SSLStaplingForceURL http://forced.example"],
            "",
            {
                "http://forced.example": [],
                FIRST: ["SSLStaplingForceURL is used instead"],
                SECOND: ["SSLStaplingForceURL is used instead"],
            },
        ),
        ("two", [], "", {FIRST: ["SSLUseStapling is not set"], SECOND: [ONLY_FIRST]}),
        (
            "two",
            ["SSLUseStapling off"],
            "",
            {FIRST: ["SSLUseStapling is off"], SECOND: [ONLY_FIRST]},
        ),
        (
            "leaf-only",
            [ON],
            "",
            {FIRST: ["the issuer of its certificate is not in the chain"]},
        ),
        ("https", [ON], "", {"https://ocsp.example.com/r": ["it is not an http URL"]}),
        ("https", [], MOD_MD, {"https://ocsp.example.com/r": []}),
        (
            "two",
            ["SSLStaplingForceURL http://forced.example"],
            MOD_MD,
            {FIRST: [], SECOND: [ONLY_FIRST]},
        ),
        ("none", [ON], "", {}),
    ],
)
def test_it_is_said_why_httpd_does_not_ask(
    server: Path, certificate: str, lines: list[str], main: str, refusals: Mapping[str, list[str]]
) -> None:
    path = configured(server, certificate, *lines, main=main)
    found = responders(read_site(find_start(path, Settings())))
    assert {responder.url: responder.refusals for responder in found} == refusals
    assert all(responder.used is not bool(refusals[responder.url]) for responder in found)


@pytest.mark.parametrize(
    ("scheme", "port"), [("http", 80), ("https", 443), ("ldap", 389), ("ldaps", 636)]
)
def test_a_url_without_a_port_has_that_of_its_scheme(server: Path, scheme: str, port: int) -> None:
    url = f"{scheme}://ocsp.example.com/"
    path = configured(server, "two", ON, f"SSLStaplingForceURL {url}")
    found = responders(read_site(find_start(path, Settings())))
    assert [responder.port for responder in found if responder.url == url] == [port]


def test_mod_md_asks_by_https_too_and_through_a_proxy_of_its_own(lab: Lab) -> None:
    with SilentResponder() as asked, SilentResponder() as proxy, SilentResponder() as of_mod_ssl:
        url = f"https://127.0.0.1:{asked.port}/"
        lab.authority.issue("mod-md", names=NAMES, ocsp=[url])
        lines = [ON, f"SSLOCSPProxyURL {of_mod_ssl.url}"]
        text = f"LoadModule md_module modules/mod_md.so\nMDStapling on\nMDStoreDir md\n{CACHE}"
        text += tls_host(*lines, certificate="mod-md")
        for server, more in ((asked, ""), (proxy, f"MDHttpProxy {proxy.url}\n")):
            httpd = lab.httpd(more + text)
            assert httpd.start(), httpd.log
            assert wait_until(lambda: server.connections == 1, 10)  # noqa: B023  (asked at once)
            httpd.stop()
            main = str(httpd.root / "httpd.conf")
            assert places(let_out(main)) == [("127.0.0.1", server.port, server is proxy)]
        assert (asked.connections, of_mod_ssl.connections) == (1, 0)


# -- what is let out ----------------------------------------------------------------------------


def places(out: Outgoing) -> list[tuple[str, int, bool]]:
    return [(one.host, one.port, one.is_proxy) for one in out.destinations]


def test_a_url_that_is_not_queried_is_left_out_with_the_reason(server: Path) -> None:
    out = let_out(configured(server, "two", ON))
    assert places(out) == [("ocsp.example.com", 80, False)]
    assert [(one.url, one.reason) for one in out.left_out] == [(SECOND, ONLY_FIRST)]


def test_where_there_is_a_proxy_the_server_has_to_reach_that(server: Path) -> None:
    path = configured(server, "two", ON, PROXY)
    assert places(let_out(path)) == [("proxy.example.com", 3128, True)]
    assert places(let_out(path, proxies=False)) == [("ocsp.example.com", 80, False)]
    mod_md = f"{MOD_MD}\nMDHttpProxy http://md.example.com:8000"
    path = configured(server, "https", PROXY, main=mod_md)
    assert places(let_out(path)) == [("md.example.com", 8000, True)]
    assert places(let_out(path, proxies=False)) == [("ocsp.example.com", 443, False)]


def test_the_way_is_open_before_stapling_is_switched_on_and_not_where_it_is_off(
    server: Path,
) -> None:
    (waiting,) = let_out(configured(server, "two")).destinations
    assert (waiting.host, waiting.waits) == ("ocsp.example.com", True)
    assert not let_out(configured(server, "two", "SSLUseStapling off")).destinations


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (
            "SSLStaplingForceURL http://r3.o.lencr.org",
            "Let's Encrypt switched it off on 2025-08-06",
        ),
        ("SSLOCSPProxyURL http://proxy.example.com", "it has no port"),
        ("SSLOCSPProxyURL http://:3128", "it names no host"),
        ("SSLStaplingForceURL http://a.example;reboot/", "it has no host name"),
        ("SSLStaplingForceURL 'http://a.example\"; reboot;\"/'", "it has no host name"),
        ("SSLStaplingForceURL http://$(reboot)/", "it has no host name"),
        ("SSLStaplingForceURL http://[fe80::1%;reboot]/", "it has no host name"),
        ("SSLStaplingForceURL http://-n/", "it has no host name"),
    ],
)
def test_nothing_is_let_out_for_what_is_no_host(server: Path, line: str, reason: str) -> None:
    out = let_out(configured(server, "two", ON, line))
    assert not out.destinations
    assert any(one.reason.startswith(reason) for one in out.left_out)


# -- forms --------------------------------------------------------------------------------------


def printed(
    capfd: pytest.CaptureFixture[str],
    *paths: str,
    form: str,
    code: int = 0,
    resolve: bool = False,
    proxy: str | None = None,
    templates: str | None = None,
    connect: Sequence[str] = (),
) -> str:
    assert code == responders_command(
        Common(),
        list(paths),
        form=form,
        resolve=resolve,
        proxy=proxy,
        templates=templates,
        connect=list(connect),
    )
    return capfd.readouterr().out


def test_certificates_can_be_given_as_files(
    server: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    two, https = str(server / "certs/two.pem"), str(server / "certs/https.pem")
    found = checked(printed(capfd, two, https, form="json"), RESPONDERS)
    assert [(one["url"], one["used"]) for one in found] == [
        (FIRST, True),
        (SECOND, False),
        ("https://ocsp.example.com/r", False),
    ]
    assert found[0] == {
        "url": FIRST,
        "host": "ocsp.example.com",
        "port": 80,
        "scheme": "http",
        "used": True,
        "certificates": [two],
        "hosts": [],
    }
    both = printed(capfd, two, configured(server, "https", ON), form="text")
    assert "certs/two.pem\n" in both
    assert "not queried: it is not an http URL\n" in both
    none = printed(capfd, str(server / "certs/none.pem"), form="text")
    assert none == "No OCSP responders.\n"


def test_certificates_can_be_taken_from_running_servers(
    lab: Lab, capfd: pytest.CaptureFixture[str]
) -> None:
    httpd = lab.httpd(tls_host(certificate="https-first"))
    assert httpd.start(), httpd.log
    running, gone = f"127.0.0.1:{httpd.port}", f"127.0.0.1:{lab.dead.url.rpartition(':')[2]}"
    found = checked(printed(capfd, form="json", connect=[running]), RESPONDERS)
    assert [(one["scheme"], one["used"], one["certificates"]) for one in found] == [
        ("https", False, [running]),
        ("http", False, [running]),
    ]
    assert found[1]["url"] == lab.responder.url
    assert responders_command(Common(), connect=[gone, running]) == 2
    both = capfd.readouterr()
    assert lab.responder.url in both.out
    assert f"{gone}: " in both.err
    assert responders_command(Common(), connect=[gone]) == 2
    assert capfd.readouterr().out == ""


def test_a_damaged_certificate_is_said(server: Path, capfd: pytest.CaptureFixture[str]) -> None:
    damaged = server / "damaged.pem"
    damaged.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    assert responders_command(Common(), [str(damaged)]) == 2
    assert f"{damaged}: no certificate in it can be read" in capfd.readouterr().err
    two = str(server / "certs/two.pem")
    assert FIRST in printed(capfd, str(damaged), two, form="text", code=2)


def test_every_need_is_a_line_of_csv(server: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = configured(server, "two", ON, PROXY)
    rows = list(csv.DictReader(io.StringIO(printed(capfd, path, form="csv"))))
    assert [(row["url"], row["used"], row["why_not"]) for row in rows] == [
        (FIRST, "yes", ""),
        (SECOND, "no", ONLY_FIRST),
    ]
    assert rows[0]["proxy"] == "http://proxy.example.com:3128/"
    assert (rows[0]["port"], rows[1]["port"]) == ("80", "8080")
    assert rows[0]["certificate"] == str(server / "certs/two.pem")
    assert rows[0]["virtual_host"] == "www:443"


FILTERS = ("nftables", "iptables", "firewalld", "ufw")


@pytest.mark.parametrize("form", FILTERS)
def test_rules_by_address_need_resolve_where_there_is_a_name(
    server: Path, form: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UsageError, match=r"ocsp\.example\.com is a name; use --resolve"):
        responders_command(Common(), [configured(server, "two", ON)], form=form)
    assert capfd.readouterr().out == ""
    four = printed(capfd, configured(server, "address", ON), form=form)
    six = printed(capfd, configured(server, "address-6", ON), form=form)
    assert "192.0.2.7" in four
    assert "2001:db8::7" in six
    for text in (four, six):
        assert "can change. Update them" in text


def test_the_policy_of_firewalld_has_a_rule_for_each_address(
    server: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = configured(server, "address-6", ON, "ServerName a--]]><b>.example")
    policy = ET.fromstring(printed(capfd, path, form="firewalld"))  # noqa: S314  (our own)
    (rule,) = policy.findall("rule")
    found = {part.tag: part.attrib for part in rule}
    assert rule.attrib == {"family": "ipv6"}
    assert found["destination"] == {"address": "2001:db8::7"}
    assert found["port"] == {"port": "81", "protocol": "tcp"}
    assert "for a--]]><b>.example:443" in (policy.findtext("description") or "")


def test_a_line_of_ufw_is_one_command(server: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = configured(server, "address", ON, 'ServerName "a\' $(reboot)"')
    text = printed(capfd, path, form="ufw")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    (words,) = map(shlex.split, lines)
    assert words[:9] == ["ufw", "allow", "out", "to", "192.0.2.7", "port", "80", "proto", "tcp"]
    assert words[9:] == ["comment", "OCSP 192.0.2.7"]


def test_squid_lets_the_responders_through_by_name(
    server: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = printed(capfd, configured(server, "two", ON, PROXY), form="squid")
    assert [line for line in text.splitlines() if line and not line.startswith("#")] == [
        "acl ocsp_query method POST",
        "acl ocsp_port_80 port 80",
        "acl ocsp_names_80 dstdomain -n ocsp.example.com",
        "http_access allow ocsp_query ocsp_port_80 ocsp_names_80",
    ]


def test_a_redirect_is_for_httpds_user_and_the_ports_that_it_asks_without_a_proxy(
    server: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    url = "http://[2001:db8::3]:3128"
    path = configured(server, "two", ON)
    assert "Upstream http [2001:db8::3]:3128\n" in printed(capfd, path, form="tinyproxy", proxy=url)
    rules = printed(capfd, path, form="redirect-nftables", proxy=url)
    assert 'meta skuid "www-data" tcp dport { 80 } redirect to :8888\n' in rules
    rules = printed(capfd, path, form="redirect-iptables", proxy=url)
    assert "--dport 80 -m owner --uid-owner www-data -j REDIRECT --to-ports 8888\n" in rules
    rules = printed(
        capfd, configured(server, "two", ON, PROXY), form="redirect-nftables", proxy=url
    )
    assert "redirect to" not in rules
    rules = printed(capfd, str(server / "certs/two.pem"), form="redirect-nftables", proxy=url)
    assert "meta skuid != tinyproxy tcp dport" in rules


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"form": "xml"}, "--format must be one of text, json, csv, nftables"),
        ({"form": "tinyproxy"}, "--proxy URL must be used with"),
        ({"form": "nftables", "proxy": "http://a:1"}, "and only with them"),
        ({"form": "tinyproxy", "proxy": "proxy:3128"}, "--proxy takes a URL like"),
        ({"form": "tinyproxy", "proxy": "http://proxy/"}, "--proxy takes a URL like"),
        ({"form": "tinyproxy", "proxy": "http://a;b:3128/"}, "--proxy takes a URL like"),
        ({"form": "json", "resolve": True}, "json does not contain addresses"),
        ({"form": "squid", "resolve": True}, "squid does not contain addresses"),
        ({"form": "text", "templates": "/"}, "text is not made from a template"),
        ({"form": "text", "connect": ["a:b"]}, "--connect: use HOST or HOST:PORT"),
    ],
)
def test_options_that_do_not_go_together(
    server: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError) as raised:
        responders_command(Common(), [configured(server, "two", ON)], **options)
    assert message in str(raised.value)


# -- templates ----------------------------------------------------------------------------------


def test_a_template_of_ones_own_takes_the_place_of_ours(
    server: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path, own = configured(server, "address", ON), str(tmp_path)
    template = tmp_path / "outgoing.nft.j2"
    template.write_text("{% for o in ipv4 %}{{ o.address }}/{{ o.port }}{% endfor %}")
    assert printed(capfd, path, form="nftables", templates=own) == "192.0.2.7/80"
    assert "ufw allow" in printed(capfd, path, form="ufw", templates=own)
    template.write_text("{{ adresses }}")
    with pytest.raises(TemplateProblemError, match=r"outgoing\.nft\.j2: 'adresses' is undefined"):
        responders_command(Common(), [path], form="nftables", templates=own)
    with pytest.raises(TemplateProblemError, match="the template folder does not exist"):
        responders_command(Common(), [path], form="nftables", templates=f"{own}/gone")


def test_a_settings_file_names_no_templates_for_what_root_may_load(
    server: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "outgoing.ufw.sh.j2").write_text("reboot\n")
    settings = tmp_path / "apachestaple.toml"
    settings.write_text('templates = "."\n')
    path = configured(server, "address", ON)
    common = Common(config=str(settings))
    assert responders_command(common, [path], form="ufw") == 0
    assert "ufw allow" in capfd.readouterr().out
