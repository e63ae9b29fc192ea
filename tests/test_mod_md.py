"""Stapling by mod_md: for which hosts and certificates, as httpd does it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from apachestaple.rules.rule import CACHE, MOD_MD, managed_domain, managed_host, tls_host
from tests.command.run import run
from tests.lab.handshake import handshake
from tests.lab.processes import wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from tests.lab.play import Lab

ON = "MDStapling on\n"
OTHERS_OFF = "MDStapleOthers off\n"
USE = "SSLUseStapling on"


def domain(name: str, *lines: str, certificate: str = "good") -> str:
    return managed_domain(*lines, name=name, certificate=certificate)


CASES = {
    "others-off": ON + OTHERS_OFF + tls_host(),
    "others-off-in-a-host": (
        ON
        + tls_host("MDStapleOthers off", name="off.example.com")
        + tls_host(name="on.example.com", certificate="other")
    ),
    "others-off-mod-ssl-staples": ON + OTHERS_OFF + CACHE + tls_host(USE),
    "others-in-a-section": ON
    + OTHERS_OFF
    + domain("x.example.com", "MDStapleOthers on")
    + tls_host(),
    "off-in-a-host": ON + tls_host("MDStapling off"),
    "section-on": (
        domain("www.example.com", "MDStapling on")
        + managed_host(name="www.example.com")
        + tls_host(name="y.example.com", certificate="other")
    ),
    "section-in-a-host": (
        managed_host(
            *domain("www.example.com", "MDStapling on").splitlines(), name="www.example.com"
        )
        + tls_host(name="y.example.com", certificate="other")
    ),
    "section-off-server-on": (
        ON + domain("www.example.com", "MDStapling off") + managed_host(name="www.example.com")
    ),
    "section-off-server-on-others-off": (
        ON
        + OTHERS_OFF
        + domain("www.example.com", "MDStapling off")
        + managed_host(name="www.example.com")
    ),
    "managed-server-on-others-off": (
        ON + OTHERS_OFF + domain("www.example.com") + managed_host(name="www.example.com")
    ),
    "managed-host-on": domain("www.example.com")
    + managed_host("MDStapling on", name="www.example.com"),
    "managed-host-on-others-off": (
        OTHERS_OFF
        + domain("www.example.com")
        + managed_host("MDStapling on", name="www.example.com")
    ),
    "managed-host-off-section-on": (
        domain("www.example.com", "MDStapling on")
        + managed_host("MDStapling off", name="www.example.com")
    ),
    "managed-host-off-server-on": (
        ON + domain("www.example.com") + managed_host("MDStapling off", name="www.example.com")
    ),
    "alias": (
        domain("alias.example.com", "MDStapling on")
        + managed_host("ServerAlias Alias.example.com", name="www.example.com")
    ),
    "wildcard-alias": (
        domain("alias.example.com", "MDStapling on")
        + managed_host("ServerAlias *.example.com", name="www.example.org")
    ),
    "alias-below-a-wildcard-domain": (
        domain("*.example.com", "MDStapling on")
        + tls_host("ServerAlias b.example.com", name="www.example.org", certificate="other")
    ),
    "wildcard-domain": (
        domain("*.example.com", "MDStapling on") + managed_host(name="www.example.com")
    ),
    "wildcard-domain-without-a-dot": (
        domain("*.com", "MDStapling on") + tls_host(name="example.com", certificate="other")
    ),
    "server-names-not-aliases": (
        "MDMatchNames servernames\n"
        + domain("alias.example.com", "MDStapling on")
        + tls_host("ServerAlias alias.example.com", certificate="other")
    ),
    "server-names-exact-before-wildcard": (
        "MDMatchNames servernames\n"
        + domain("*.example.com", "MDStapling on")
        + domain("www.example.com", certificate="other")
        + managed_host(name="www.example.com")
    ),
    "member": (
        domain("x.example.com auto", "MDMember www.Example.com manual", "MDStapling on")
        + managed_host(name="www.example.com")
    ),
    "no-server-name": (
        "ServerName main.example.com\n"
        + domain("main.example.com", "MDStapling on")
        + managed_host().replace("    ServerName www.example.com\n", "")
    ),
    "base-server-is-not-managed": (
        "ServerName main.example.com\nSSLEngine on\nSSLCertificateFile certs/good.pem\n"
        "SSLCertificateKeyFile certs/good.key\n"
        + domain("main.example.com", "MDStapling on", certificate="other")
        + tls_host(name="y.example.com", certificate="third")
    ),
    "mod-md-certificate-takes-the-place": (
        domain("www.example.com", "MDStapling on") + tls_host(certificate="no-ocsp")
    ),
    "mod-md-certificate-takes-the-place-for-the-worse": (
        domain("www.example.com", "MDStapling on", certificate="no-ocsp") + tls_host()
    ),
    "no-chain-file-beside-mod-md": (
        domain("www.example.com", "MDStapling on", certificate="leaf-only")
        + managed_host("SSLCertificateChainFile certs/chain.pem", name="www.example.com")
    ),
    "ca-file-beside-mod-md": (
        domain("www.example.com", "MDStapling on", certificate="leaf-only")
        + managed_host("SSLCACertificateFile certs/chain.pem", name="www.example.com")
    ),
    "mod-ssl-staples-what-mod-md-declines": (
        ON + CACHE + tls_host(USE, "SSLStaplingForceURL {responder}", certificate="no-ocsp")
    ),
    "mod-ssl-staples-the-certificate-of-mod-md": (
        CACHE + domain("www.example.com") + managed_host(USE, name="www.example.com")
    ),
    "issuer-from-another-host": (
        ON
        + CACHE
        + tls_host(name="nothing.example.com", certificate="leaf-only")
        + tls_host(USE, name="callback.example.com", certificate="leaf-only")
        + tls_host(
            "SSLCertificateChainFile certs/chain.pem",
            name="issuer.example.com",
            certificate="leaf-only",
        )
    ),
    "issuer-from-another-host-of-mod-ssl": (
        CACHE
        + tls_host(USE, "MDStapling on", name="md.example.com", certificate="leaf-only")
        + tls_host(
            USE,
            "SSLCertificateChainFile certs/chain.pem",
            name="issuer.example.com",
            certificate="leaf-only",
        )
    ),
    "no-response-yet": ON + tls_host(certificate="silent-responder"),
    "no-response": ON + tls_host(certificate="dead-responder"),
}
# Always stapled: once it is, mod_md has asked for all certificates.
LAST = domain("last.example.net", "MDStapling on", certificate="rsa") + managed_host(
    name="last.example.net"
)
# `hosts` takes it that responders answer.
NOT_ANSWERED = {"no-response", "no-response-yet"}


@pytest.mark.parametrize("case", CASES)
def test_hosts_tells_for_which_hosts_mod_md_staples(lab: Lab, case: str) -> None:
    text = MOD_MD + CASES[case].format(responder=lab.responder.url) + LAST
    with lab.httpd(text) as httpd:
        predicted = hosts(httpd.root / "httpd.conf")
        names = [name for name in predicted if name != "the main server"]
        assert httpd.start(), httpd.log

        def good(name: str) -> bool:
            return handshake(httpd.port, name).staple == "good"

        # mod_md asks in the background, after the start.
        wait_until(lambda: good("last.example.net"), 15)
        expected = {name for name in names if predicted[name]["staples"]}
        if case in NOT_ANSWERED:
            expected = {"last.example.net"}
        assert {name for name in names if good(name)} == expected, predicted


def hosts(path: Path) -> Mapping[str, Any]:
    """What `hosts` says, by the name without the port."""
    found = json.loads(run("hosts", path, "--format", "json").stdout)
    return {host["name"].rpartition(":")[0] or host["name"]: host for host in found}


def test_mod_md_asks_the_responder_of_the_certificate_alone(lab: Lab) -> None:
    responder, dead = lab.responder.url, "http://127.0.0.1:9"
    hosts = {
        "plain": tls_host(name="plain", certificate="good"),
        "dead-url": tls_host(f"SSLStaplingForceURL {dead}", name="dead-url", certificate="other"),
        "https-url": tls_host(
            "SSLStaplingForceURL https://ocsp.example.com", name="https-url", certificate="third"
        ),
        "no-ocsp": tls_host(
            f"SSLStaplingForceURL {responder}", name="no-ocsp", certificate="no-ocsp"
        ),
        "https-first": tls_host(
            f"SSLStaplingForceURL {responder}", name="https-first", certificate="https-first"
        ),
        "leaf-only": tls_host(
            f"SSLStaplingForceURL {responder}", name="leaf-only", certificate="leaf-only"
        ),
        "off": tls_host("MDStapling off", name="off", certificate="rsa"),
    }
    with lab.httpd(MOD_MD + ON + "".join(hosts.values())) as httpd:
        done = run("hosts", httpd.root / "httpd.conf", "--format", "json")
        predicted = {host["name"].partition(":")[0]: host for host in json.loads(done.stdout)}
        staples = {name for name, host in predicted.items() if host["staples"]}
        assert httpd.start(), httpd.log

        def good() -> set[str]:
            return {name for name in hosts if handshake(httpd.port, name).staple == "good"}

        # It asks in the background, after the start.
        wait_until(lambda: good() >= staples, 15)
        assert good() == staples == {"plain", "dead-url", "https-url"}
    whys = {name: predicted[name]["why"] for name in hosts}
    expected = "mod_md staples the responses of http://127.0.0.1:"
    assert all(whys[name].startswith(expected) for name in staples)
    assert "its certificate has no OCSP URI" in whys["no-ocsp"]
    assert "https://ocsp.example.com is not an http URL" in whys["https-first"]
    assert "issuer" in whys["leaf-only"]
    assert whys["off"] == "SSLUseStapling is not set"


def test_in_a_fragment_no_switch_of_mod_md_is_without_effect(tmp_path: Path) -> None:
    """The main server may have another MDStapleOthers."""
    path = tmp_path / "site.conf"
    path.write_text("MDStapleOthers off\n" + tls_host("MDStapling on"))
    assert "AS122" not in run("lint", path, "--format", "concise").stdout
    (tmp_path / "httpd.conf").write_text(f"ServerRoot {tmp_path}\n{MOD_MD}Include site.conf\n")
    assert "AS122" in run("lint", tmp_path / "httpd.conf", "--format", "concise").stdout


def test_what_a_fragment_says_of_mod_md(tmp_path: Path) -> None:
    path = tmp_path / "site.conf"
    path.write_text(
        tls_host("MDStapling on", name="on.example.com")
        + tls_host("MDStapling on", "SSLUseStapling off", name="mod-ssl-off.example.com")
        + tls_host("MDStapling off", "SSLUseStapling off", name="off.example.com")
        + tls_host("MDStapling on", "MDStapleOthers off", "SSLUseStapling off", name="managed.only")
        + domain("section.example.com", "MDStapling on")
        + managed_host("SSLUseStapling off", name="section.example.com")
    )
    found = {name: (host["staples"], host["why"]) for name, host in hosts(path).items()}
    unknown = (
        None,
        "MDStapling is on, but MDStapleOthers and MDomain may be set in another part of the "
        "configuration",
    )
    assert found == {
        "on.example.com": unknown,
        "mod-ssl-off.example.com": unknown,
        "off.example.com": (False, "SSLUseStapling is off"),
        "managed.only": (
            False,
            "SSLUseStapling is off; MDStapleOthers is off, and no MDomain has its name",
        ),
        "section.example.com": unknown,
    }
    table = run("hosts", path).stdout
    assert [line.split()[1] for line in table.splitlines() if ":443" in line] == [
        "mod_md",
        "mod_md",
        "off",
        "off",
        "mod_md",
    ]


def test_a_certificate_that_mod_md_obtains(lab: Lab) -> None:
    text = MOD_MD + ON + CACHE + "MDRenewMode manual\nMDomain www.example.com\n"
    with lab.httpd(text + managed_host(USE, name="www.example.com")) as httpd:
        (host,) = hosts(httpd.root / "httpd.conf").values()
        assert host["staples"] is None
        assert host["why"].startswith("mod_md obtains its certificate, which is not known here")
        assert httpd.start(), httpd.log
        shaken = handshake(httpd.port, "www.example.com")
        assert (shaken.connected, shaken.staple) == (True, None)
        assert {"AH10085", "AH02217", "AH02604"} <= httpd.log_ids()


def test_mod_md_comes_too_late_for_tls_by_listen(lab: Lab) -> None:
    text = MOD_MD + "Listen 443 https\n" + domain("www.example.com", "MDStapling on")
    text += managed_host(name="www.example.com").replace("SSLEngine on\n", "")
    with lab.httpd(text) as httpd:
        assert hosts(httpd.root / "httpd.conf") == {}
        assert httpd.start(), httpd.log
        assert not handshake(httpd.port, "www.example.com").connected


@pytest.mark.parametrize(
    ("case", "lines"), [("issuer-from-another-host", 0), ("another-switch", 1)]
)
def test_a_switch_is_idle_if_mod_md_finds_the_issuer(lab: Lab, case: str, lines: int) -> None:
    """Without the issuer, the switch decides whether the host staples what mod_md has for another.

    `test_hosts_tells_for_which_hosts_mod_md_staples` plays the first case.
    """
    texts = {**CASES, "another-switch": ON + CACHE + tls_host(USE)}
    with lab.httpd(MOD_MD + texts[case]) as httpd:
        done = run("lint", httpd.root / "httpd.conf", "--select", "AS112", "--format", "json")
    assert len(json.loads(done.stdout)["findings"]) == lines


INCLUDES = "Include snippets/ocsp.conf"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        # httpd does not start with it, for lack of a cache that nothing would use.
        (tls_host(USE) + tls_host(name="other.example.com", certificate="other"), 0),
        (CACHE + tls_host(USE), 0),
        (CACHE + USE + "\n" + tls_host() + tls_host("SSLUseStapling on", name="o.example.com"), 0),
        (CACHE + tls_host(INCLUDES), 0),
        # mod_ssl staples for one of the hosts.
        (CACHE + USE + "\n" + tls_host() + tls_host("MDStapling off", name="o.example.com"), 1),
        (CACHE + tls_host(INCLUDES) + tls_host(INCLUDES, "MDStapling off", name="o.org"), 1),
        (
            CACHE
            + tls_host(
                USE,
                "SSLStaplingForceURL {responder}",
                "SSLCertificateFile certs/rsa-no-ocsp.pem",
                "SSLCertificateKeyFile certs/rsa-no-ocsp.key",
            ),
            1,
        ),
        # It is given the issuer first, without which it needs the switch.
        (
            CACHE
            + tls_host(USE, certificate="leaf-only")
            + tls_host(
                "SSLCertificateChainFile certs/chain.pem", name="o.org", certificate="leaf-only"
            ),
            0,
        ),
    ],
    ids=["no-cache", "cache", "everywhere", "include", "main", "shared", "declined", "issuer"],
)
def test_fix_takes_out_a_switch_that_mod_md_makes_idle(
    lab: Lab, tmp_path: Path, text: str, left: int
) -> None:
    if "rsa-no-ocsp" in text:
        lab.authority.issue("rsa-no-ocsp", key="rsa", ocsp=[])
    whole = MOD_MD + ON + text.format(responder=lab.responder.url)
    files = {"snippets/ocsp.conf": f"{USE}\n"} if INCLUDES in text else {}
    with lab.httpd(whole, files=files) as httpd:
        caches = whole.count("SSLStaplingCache")
        done = run("fix", httpd.root / "httpd.conf", env={"XDG_STATE_HOME": str(tmp_path)})
        assert done.returncode == 0, done.stdout + done.stderr
        texts = [path.read_text() for path in httpd.root.rglob("*.conf")]
        assert sum(each.count(USE) for each in texts) == left
        assert sum(each.count("SSLStaplingCache") for each in texts) == caches
        assert httpd.start(), httpd.log
        names = list(hosts(httpd.root / "httpd.conf"))

        def all_good() -> bool:
            return all(handshake(httpd.port, name).staple == "good" for name in names)

        # mod_md asks in the background, after the start.
        assert names
        assert wait_until(all_good, 15), httpd.log


def test_fix_keeps_settings_with_which_mod_ssl_staples_what_mod_md_does_not(
    lab: Lab, tmp_path: Path
) -> None:
    lab.authority.issue("rsa-no-ocsp", key="rsa", ocsp=[])
    declined = (
        USE,
        f"SSLStaplingForceURL {lab.responder.url}",
        "SSLCertificateFile certs/rsa-no-ocsp.pem",
        "SSLCertificateKeyFile certs/rsa-no-ocsp.key",
        INCLUDES,
    )
    without = tls_host(USE, "MDStapling off", INCLUDES, name="o.org", certificate="self-signed")
    text = MOD_MD + ON + CACHE + tls_host(*declined) + without
    setting = "SSLStaplingResponseTimeSkew 60\n"
    with lab.httpd(text, files={"snippets/ocsp.conf": setting}) as httpd:
        done = run("fix", httpd.root / "httpd.conf", env={"XDG_STATE_HOME": str(tmp_path)})
        assert done.returncode == 0, done.stdout + done.stderr
        assert (httpd.root / "snippets/ocsp.conf").read_text() == setting
        assert (httpd.root / "site.conf").read_text().count(USE) == 1
        assert httpd.start(), httpd.log
        shaken = handshake(httpd.port, "www.example.com", signatures="rsa_pss_rsae_sha256")
        assert shaken.staple == "good", httpd.log
