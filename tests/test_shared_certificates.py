"""Hosts that share a certificate share mod_ssl's record and its cached response."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import serialization

from apachestaple.rules.rule import CACHE, tls_host
from tests.command.run import run
from tests.lab.certificates import namesake
from tests.lab.handshake import handshake

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.play import Lab

ON = "SSLUseStapling on"
CHAIN = "SSLCertificateChainFile certs/chain.pem"


def test_a_host_staples_with_the_issuer_that_another_host_finds(lab: Lab) -> None:
    text = CACHE + "".join(
        [
            tls_host("SSLUseStapling on", certificate="leaf-only", name="poor.example.com"),
            tls_host(
                "SSLUseStapling on",
                "SSLCertificateChainFile certs/chain.pem",
                certificate="leaf-only",
                name="rich.example.com",
            ),
        ]
    )
    with lab.httpd(text) as httpd:
        assert httpd.start()
        made = [handshake(httpd.port, "poor.example.com") for _ in range(2)][-1]
        assert made.staple == "good"
        assert {"AH02217", "AH02604"} <= httpd.log_ids()
        done = run("hosts", str(httpd.root / "httpd.conf"), "--format", "json")
    found = {host["name"].partition(":")[0]: host for host in json.loads(done.stdout)}
    assert found["poor.example.com"]["staples"] is True
    assert "rich.example.com" in found["poor.example.com"]["why"]


def test_a_host_depends_on_another_one_that_caches_errors(lab: Lab) -> None:
    text = CACHE + tls_host(ON, name="good.example.com")
    text += tls_host(ON, "SSLStaplingResponderTimeout 0", name="bad.example.com")
    with lab.httpd(text) as httpd:
        got = []
        for first in ("good", "bad"):
            assert httpd.start(), httpd.log
            handshake(httpd.port, f"{first}.example.com")
            got.append(handshake(httpd.port, "good.example.com").good)
            httpd.stop()
        done = run("hosts", str(httpd.root / "httpd.conf"), "--format", "json")
    assert got == [True, False]
    host = json.loads(done.stdout)[0]
    assert host["staples"] is None
    assert re.match("bad.example.com:[0-9]+ has the same certificate, and caches an", host["why"])


def test_a_host_without_a_url_depends_on_who_is_asked_first(lab: Lab) -> None:
    forced = f"SSLStaplingForceURL {lab.responder.url}"
    text = CACHE + "".join(
        [
            tls_host("SSLUseStapling on", certificate="no-ocsp", name="poor.example.com"),
            tls_host("SSLUseStapling on", forced, certificate="no-ocsp", name="rich.example.com"),
        ]
    )
    with lab.httpd(text) as httpd:
        assert httpd.start()
        assert not handshake(httpd.port, "poor.example.com").connected
        assert handshake(httpd.port, "rich.example.com").staple == "good"
        assert handshake(httpd.port, "poor.example.com").staple == "good"
        assert "AH02621" in httpd.log_ids()
        done = run("hosts", str(httpd.root / "httpd.conf"), "--format", "json")
    found = {host["name"].partition(":")[0]: host for host in json.loads(done.stdout)}
    assert found["poor.example.com"]["staples"] is None
    assert "rich.example.com" in found["poor.example.com"]["why"]
    assert found["rich.example.com"]["staples"] is True


def staples(root: Path) -> dict[str, tuple[bool | None, str]]:
    """What ``hosts`` says of each host by its first name."""
    done = run("hosts", str(root / "httpd.conf"), "--format", "json")
    return {
        host["name"].partition(".")[0]: (host["staples"], host["why"])
        for host in json.loads(done.stdout)
    }


def repaired(lab: Lab, root: Path, *options: str) -> str:
    """Have fix repair a configuration; what it prints."""
    command = ("fix", str(root / "httpd.conf"), "--no-backup", *options)
    done = run(*command, env={"XDG_STATE_HOME": str(lab.folder / "state")})
    assert done.returncode != 2, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("order", "staple"), [(("good", "namesake"), "unknown"), (("namesake", "good"), "good")]
)
def test_the_first_authority_of_the_issuers_name_decides_for_all_hosts(
    lab: Lab, order: tuple[str, str], staple: str
) -> None:
    hosts = {
        "good": tls_host(ON, CHAIN, certificate="leaf-only", name="good.example.com"),
        "namesake": tls_host(
            ON,
            "SSLCertificateChainFile certs/namesake-first.pem",
            certificate="leaf-only",
            name="namesake.example.com",
        ),
    }
    with lab.httpd(CACHE + "".join(hosts[name] for name in order)) as httpd:
        assert httpd.start()
        made = {name: handshake(httpd.port, f"{name}.example.com").staple for name in hosts}
        assert set(made.values()) == {staple}
        said = staples(httpd.root)
        assert {said[name][0] for name in hosts} == {staple == "good"}
        if staple != "good":
            assert all("namesake.example.com" in why for _, why in said.values())
        httpd.stop()
        repaired(lab, httpd.root)
        assert httpd.start()
        made = {name: handshake(httpd.port, f"{name}.example.com").staple for name in hosts}
        assert set(made.values()) == {"good"}


@pytest.mark.parametrize("is_alone", [True, False])
def test_an_authority_whose_key_is_of_another_type_is_not_taken_for_the_issuer(
    lab: Lab, is_alone: bool
) -> None:
    other = namesake(lab.authority.intermediate.subject, rsa_key=True)
    chain = other.public_bytes(serialization.Encoding.PEM).decode()
    if not is_alone:
        chain += lab.authority.intermediate_file.read_text()
    text = CACHE + tls_host(ON, "SSLCertificateChainFile chain.pem", certificate="leaf-only")
    with lab.httpd(text, files={"chain.pem": chain}) as httpd:
        assert httpd.start()
        assert handshake(httpd.port).staple == (None if is_alone else "good")
        assert ("AH02217" in httpd.log_ids()) is is_alone
        said, _ = staples(httpd.root)["www"]
    assert said is not is_alone


@pytest.mark.parametrize("folder", [True, False])
def test_a_folder_is_not_looked_into_for_a_name_that_the_file_has(lab: Lab, folder: bool) -> None:
    """The file has an authority of this name with another key identifier."""
    file = () if folder else ("SSLCACertificateFile certs/twin.pem",)
    text = CACHE + tls_host(ON, "SSLCACertificatePath hashed", *file, certificate="leaf-only")
    intermediate = lab.authority.intermediate_file.read_text()
    with lab.httpd(text, files={"hashed/intermediate.pem": intermediate}) as httpd:
        subprocess.run(["openssl", "rehash", httpd.root / "hashed"], check=True)
        assert httpd.start()
        made = handshake(httpd.port).staple
        said, _ = staples(httpd.root)["www"]
    assert made == ("good" if folder else None)
    assert said is folder


def test_switching_a_host_on_does_not_abort_the_handshakes_of_another(lab: Lab) -> None:
    forced = f"SSLStaplingForceURL {lab.responder.url}"
    text = CACHE + "".join(
        [
            tls_host(ON, certificate="no-ocsp", name="poor.example.com"),
            tls_host(forced, certificate="no-ocsp", name="rich.example.com"),
        ]
    )
    with lab.httpd(text) as httpd:
        assert httpd.start()
        assert handshake(httpd.port, "poor.example.com").staple is None
        httpd.stop()
        repaired(lab, httpd.root)
        assert httpd.start()
        for name in ("poor", "rich"):
            assert handshake(httpd.port, f"{name}.example.com").staple == "good"


def test_the_url_of_a_host_with_the_same_certificate_comes_first(lab: Lab) -> None:
    """Another responder of the same issuer may not know the certificate."""
    dead, forced = (f"SSLStaplingForceURL {each.url}" for each in (lab.dead, lab.responder))
    text = CACHE + "".join(
        [
            tls_host(ON, dead, name="other.example.com"),
            tls_host(ON, forced, certificate="no-ocsp", name="rich.example.com"),
            tls_host(ON, certificate="no-ocsp", name="poor.example.com"),
        ]
    )
    with lab.httpd(text) as httpd:
        repaired(lab, httpd.root)
        assert (httpd.root / "site.conf").read_text().count(forced) == 2


def test_a_host_stays_off_if_another_one_cannot_be_given_a_url(lab: Lab) -> None:
    """The two hosts of a macro have one section, and only one of them needs the URL."""
    macro = (
        "LoadModule macro_module modules/mod_macro.so\n<Macro Host $name>\n"
        + tls_host(ON, certificate="$name", name="$name.example.com")
        + "</Macro>\nUse Host no-ocsp\nUse Host good\n"
    )
    forced = f"SSLStaplingForceURL {lab.responder.url}"
    text = CACHE + macro + tls_host(forced, certificate="no-ocsp", name="rich.example.com")
    with lab.httpd(text) as httpd:
        printed = repaired(lab, httpd.root)
        assert "need different settings" in printed
        assert httpd.start()
        made = handshake(httpd.port, "no-ocsp.example.com")
        assert made.connected
        assert handshake(httpd.port, "good.example.com").staple == "good"


def macro_of_two(certificate: str) -> str:
    """Two hosts of one section, so that fix cannot give one of them a URL."""
    return (
        "LoadModule macro_module modules/mod_macro.so\n<Macro Host $name $certificate>\n"
        + tls_host(ON, certificate="$certificate", name="$name.example.com")
        + f"</Macro>\nUse Host poor {certificate}\nUse Host good good\n"
    )


@pytest.mark.parametrize("is_refused", [False, True])
def test_a_url_does_not_abort_the_handshakes_of_another_host(lab: Lab, is_refused: bool) -> None:
    """The host with the issuer would make the record of the certificate that both have."""
    names = ("www.example.com",)
    lab.authority.issue("none-full", names=names, ocsp=())
    pem = (lab.certificates_folder / "none-full.pem").read_text()
    leaf = pem[: pem.index("-----END CERTIFICATE-----")] + "-----END CERTIFICATE-----\n"
    (lab.certificates_folder / "none-alone.pem").write_text(leaf)
    key = (lab.certificates_folder / "none-full.key").read_text()
    (lab.certificates_folder / "none-alone.key").write_text(key)
    forced = f"SSLStaplingForceURL {lab.responder.url}"
    poor = tls_host(ON, certificate="none-alone", name="poor.example.com")
    text = (
        CACHE
        + (macro_of_two("none-alone") if is_refused else poor)
        + tls_host(ON, certificate="none-full", name="full.example.com")
        + tls_host(ON, forced, certificate="no-ocsp", name="rich.example.com")
    )
    with lab.httpd(text) as httpd:
        printed = repaired(lab, httpd.root)
        assert ("would then abort the handshakes of poor" in printed) is is_refused
        assert httpd.start(), httpd.log
        # The first client of all connects to the host that has no issuer.
        made = [handshake(httpd.port, f"{name}.example.com") for name in ("poor", "full", "rich")]
        assert all(each.connected for each in made)
        good = None if is_refused else "good"
        assert [each.staple for each in made] == [good, good, "good"]


def test_a_host_with_the_wrong_issuer_is_given_no_url(lab: Lab) -> None:
    """It would make the record, with the wrong issuer also for the other host."""
    lab.authority.issue("bare-full", names=("www.example.com",), ocsp=())
    folder = lab.certificates_folder
    pem = (folder / "bare-full.pem").read_text()
    leaf = pem[: pem.index("-----END CERTIFICATE-----")] + "-----END CERTIFICATE-----\n"
    (folder / "bare-alone.pem").write_text(leaf)
    (folder / "bare-alone.key").write_text((folder / "bare-full.key").read_text())
    forced = f"SSLStaplingForceURL {lab.responder.url}"
    wrong = "SSLCACertificateFile certs/namesake.pem"
    text = (
        CACHE
        + tls_host(ON, forced, certificate="bare-full", name="rich.example.com")
        + tls_host(ON, wrong, certificate="bare-alone", name="poor.example.com")
    )
    with lab.httpd(text) as httpd:
        assert httpd.start(), httpd.log
        assert handshake(httpd.port, "rich.example.com").staple == "good"
        httpd.stop()
        repaired(lab, httpd.root)
        assert (httpd.root / "site.conf").read_text().count("SSLStaplingForceURL") == 1
        assert httpd.start(), httpd.log
        assert handshake(httpd.port, "rich.example.com").staple == "good"
        httpd.stop()
        repaired(lab, httpd.root, "--unsafe")
        assert httpd.start(), httpd.log
        made = [handshake(httpd.port, f"{name}.example.com") for name in ("rich", "poor")]
        assert [each.staple for each in made] == ["good", "good"]


@pytest.mark.parametrize("is_refused", [False, True])
def test_a_chain_does_not_abort_the_handshakes_of_another_host(lab: Lab, is_refused: bool) -> None:
    lab.authority.issue("none-full", names=["www.example.com"], ocsp=())
    pem = (lab.certificates_folder / "none-full.pem").read_text()
    leaf = pem[: pem.index("-----END CERTIFICATE-----")] + "-----END CERTIFICATE-----\n"
    key = (lab.certificates_folder / "none-full.key").read_text()
    forced = f"SSLStaplingForceURL {lab.responder.url}"
    alone = tls_host(ON, forced, certificate="alone", name="rich.example.com")
    text = (
        CACHE
        + (
            macro_of_two("none-full")
            if is_refused
            else tls_host(ON, certificate="none-full", name="poor.example.com")
        )
        + alone.replace("certs/alone", "own/alone")
        + tls_host(ON, CHAIN, certificate="leaf-only", name="chain.example.com")
    )
    with lab.httpd(text, files={"own/alone.pem": leaf, "own/alone.key": key}) as httpd:
        printed = repaired(lab, httpd.root)
        assert ("would then abort the handshakes of poor" in printed) is is_refused
        assert httpd.start(), httpd.log
        made = [handshake(httpd.port, f"{name}.example.com") for name in ("poor", "rich")]
        assert all(each.connected for each in made)
        assert {each.staple for each in made} == {None if is_refused else "good"}


def test_a_host_is_not_given_a_bundle_as_its_chain(lab: Lab) -> None:
    """It would be sent in each handshake."""
    roots = lab.authority.root_file.read_text() * 10
    bundle = roots + lab.authority.intermediate_file.read_text()
    text = CACHE + "".join(
        [
            tls_host(ON, certificate="leaf-only", name="poor.example.com"),
            tls_host(
                ON, "SSLCACertificateFile bundle.pem", certificate="leaf-only", name="rich.example"
            ),
        ]
    )
    with lab.httpd(text, files={"bundle.pem": bundle}) as httpd:
        repaired(lab, httpd.root)
        assert "SSLCertificateChainFile" not in (httpd.root / "site.conf").read_text()
        assert httpd.start()
        assert handshake(httpd.port, "poor.example.com").staple == "good"


def test_the_chain_of_hosts_that_inherit_is_not_cut(lab: Lab) -> None:
    """The main server is given a chain that has all that another host sends."""
    good = (lab.certificates_folder / "good.pem").read_text()
    intermediate = lab.authority.intermediate_file.read_text()
    root = lab.authority.root_file.read_text()
    files = {"longer.pem": good + root, "short.pem": intermediate, "long.pem": intermediate + root}
    short = "SSLCertificateChainFile short.pem"
    text = (
        f"{CACHE}{ON}\nListen 443\nServerName main.example.com\nSSLEngine on\n"
        "SSLCertificateFile certs/leaf-only.pem\nSSLCertificateKeyFile certs/leaf-only.key\n"
        + tls_host(short, certificate="leaf-only", name="rich.example.com")
        + tls_host("SSLCertificateChainFile long.pem", certificate="other", name="other.example")
        + tls_host(certificate="good").replace("certs/good.pem", "longer.pem")
    )
    with lab.httpd(text, files=files) as httpd:
        repaired(lab, httpd.root)
        after = (httpd.root / "site.conf").read_text()
        assert after.count(short) == 1
        assert after.count("SSLCertificateChainFile long.pem") == 2
        assert httpd.start()
        assert handshake(httpd.port).staple == "good"
        assert handshake(httpd.port, "rich.example.com").staple == "good"
        assert "AH02217" not in httpd.log


def test_a_chain_that_is_not_sent_need_not_be_in_the_new_one(lab: Lab) -> None:
    """The chain in a certificate file is not sent if there is SSLCertificateChainFile."""
    other = (lab.certificates_folder / "self-signed.pem").read_text()
    files = {
        "both.pem": (lab.certificates_folder / "leaf-only.pem").read_text() + other,
        "root.pem": lab.authority.root_file.read_text(),
    }
    poor = tls_host(ON, "SSLCertificateChainFile root.pem", certificate="leaf-only")
    text = CACHE + poor.replace("certs/leaf-only.pem", "both.pem")
    text += tls_host(ON, CHAIN, certificate="third", name="rich.example.com")
    with lab.httpd(text, files=files) as httpd:
        assert httpd.start()
        made = handshake(httpd.port, "www.example.com")
        assert made.staple is None
        assert re.findall(r"^ (\d) s:", made.raw, re.MULTILINE) == ["0", "1"]
        assert re.search(r"^ 1 s:CN *= *Lab Root CA$", made.raw, re.MULTILINE)
        httpd.stop()
        repaired(lab, httpd.root)
        assert (httpd.root / "site.conf").read_text().count(CHAIN) == 2
        assert httpd.start()
        assert handshake(httpd.port, "www.example.com").staple == "good"


def test_a_bad_url_is_removed_where_one_certificate_staples_without_it(lab: Lab) -> None:
    lab.authority.issue("rsa-none", names=["www.example.com"], key="rsa", ocsp=())
    text = CACHE + tls_host(
        ON,
        "SSLStaplingForceURL https://ocsp.example.com/",
        "SSLCertificateFile certs/rsa-none.pem",
        "SSLCertificateKeyFile certs/rsa-none.key",
    )
    with lab.httpd(text) as httpd:
        repaired(lab, httpd.root)
        after = (httpd.root / "site.conf").read_text()
        assert "SSLStaplingForceURL" not in after
        assert ON in after
        assert httpd.start()
        assert handshake(httpd.port, "www.example.com").staple == "good"


def test_a_url_of_a_certificate_that_is_no_argument_is_not_written(lab: Lab) -> None:
    """A certificate may come from anybody."""
    urls = ["https://ocsp.example.com/", "http://ocsp.example.com/ x\n"]
    lab.authority.issue("strange-url", names=["www.example.com"], ocsp=urls)
    text = CACHE + tls_host(ON, certificate="strange-url")
    with lab.httpd(text) as httpd:
        printed = repaired(lab, httpd.root)
        assert "cannot be written" in printed
        assert (httpd.root / "site.conf").read_text().count("SSLStaplingForceURL") == 0


def test_a_certificate_that_is_not_served_makes_no_record(lab: Lab) -> None:
    """Of two certificates with one type of key, httpd sets up the last one alone."""
    both = ("SSLCertificateFile certs/good.pem", "SSLCertificateKeyFile certs/good.key")
    namesake = "SSLCertificateChainFile certs/namesake-first.pem"
    text = CACHE + "".join(
        [
            tls_host(ON, namesake, certificate="leaf-only", name="first.example.com"),
            # This one finds the issuer of both, and is set up first.
            tls_host(ON, CHAIN, *both, certificate="leaf-only", name="last.example.com"),
        ]
    )
    with lab.httpd(text) as httpd:
        assert httpd.start()
        assert handshake(httpd.port, "first.example.com").staple == "unknown"
        assert handshake(httpd.port, "last.example.com").staple == "good"
        said = staples(httpd.root)
        assert (said["first"][0], said["last"][0]) == (False, True)
        httpd.stop()
        repaired(lab, httpd.root)
        assert httpd.start()
        assert handshake(httpd.port, "first.example.com").staple == "good"


def test_a_url_that_keeps_a_host_from_stapling_is_removed_when_it_is_switched_on(lab: Lab) -> None:
    text = CACHE + tls_host("SSLStaplingForceURL https://ocsp.example.com/")
    with lab.httpd(text) as httpd:
        repaired(lab, httpd.root)
        assert "ForceURL" not in (httpd.root / "site.conf").read_text()
        assert httpd.start()
        assert handshake(httpd.port).staple == "good"


def test_a_signature_is_verified_once_for_all_hosts_of_a_certificate(lab: Lab) -> None:
    """The last host makes the record, and the number of verified signatures has a limit."""
    namesake = "SSLCertificateChainFile certs/namesake.pem"
    text = CACHE + "".join(
        tls_host(ON, namesake, certificate="leaf-only", name=f"host{number}.example.com")
        for number in range(250)
    )
    with lab.httpd(text) as httpd:
        said = staples(httpd.root)
        assert len(said) == 250
        assert {state for state, _ in said.values()} == {False}
        assert httpd.start()
        assert handshake(httpd.port, "host0.example.com").staple == "unknown"
