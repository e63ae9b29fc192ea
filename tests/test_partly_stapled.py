"""Hosts with an RSA and an ECDSA certificate, of which mod_ssl can staple one."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from apachestaple.rules.rule import CACHE, tls_host
from tests.command.run import run
from tests.lab.ca import Authority
from tests.lab.handshake import handshake

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.lab.play import Lab
    from tests.lab.server import Httpd

RSA, ECDSA = "RSA-PSS+SHA256:RSA+SHA256", "ECDSA+SHA256"
ON = "SSLUseStapling on"
NAMES = ("www.example.com",)


def host(ecdsa: str, rsa: str, *lines: str) -> str:
    second = (f"SSLCertificateFile certs/{rsa}.pem", f"SSLCertificateKeyFile certs/{rsa}.key")
    return CACHE + tls_host(*second, *lines, certificate=ecdsa)


def fix(httpd: Httpd, state: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    words = ("fix", str(httpd.root / "httpd.conf"), "--configtest", "never", *arguments)
    return run(*words, env={"XDG_STATE_HOME": str(state)})


def staples(httpd: Httpd) -> dict[str, str | None]:
    """What clients get that only accept ECDSA or RSA; the handshakes must work."""
    assert httpd.start(), httpd.log
    made = {
        key: handshake(httpd.port, NAMES[0], signatures=signatures)
        for key, signatures in (("ecdsa", ECDSA), ("rsa", RSA))
    }
    assert all(each.connected for each in made.values()), httpd.log
    return {key: each.staple for key, each in made.items()}


@pytest.mark.parametrize(
    ("ecdsa", "rsa", "got"),
    [
        ("no-ocsp", "rsa", {"ecdsa": None, "rsa": "good"}),
        ("self-signed", "rsa", {"ecdsa": None, "rsa": "good"}),
        ("good", "rsa-no-ocsp", {"ecdsa": "good", "rsa": None}),
        ("must-staple", "rsa-no-ocsp", {"ecdsa": "good", "rsa": None}),
        ("dead-responder", "rsa-no-ocsp", {"ecdsa": None, "rsa": None}),
    ],
)
def test_stapling_is_turned_on_for_the_certificate_that_can_be_stapled(
    lab: Lab, tmp_path: Path, ecdsa: str, rsa: str, got: dict[str, str | None]
) -> None:
    with lab.httpd(host(ecdsa, rsa)) as httpd:
        done = fix(httpd, tmp_path)
        assert done.returncode == (ecdsa == "self-signed"), done.stdout
        assert "clients that are sent another certificate get a staple" in done.stdout
        assert staples(httpd) == got
        assert "Nothing to repair" in fix(httpd, tmp_path).stdout


@pytest.mark.parametrize(
    ("certificates", "staples_for"),
    [
        (("no-ocsp", "rsa"), None),
        (("good", "rsa-no-ocsp"), None),
        (("good", "rsa"), True),
        (("no-ocsp", "rsa-no-ocsp"), False),
    ],
)
def test_whether_it_staples_can_depend_on_the_client(
    lab: Lab, tmp_path: Path, certificates: tuple[str, str], staples_for: bool | None
) -> None:
    with lab.httpd(host(*certificates)) as httpd:
        done = fix(httpd, tmp_path, "--format", "json")
        (of_fix,) = json.loads(done.stdout)["hosts"]
        assert (of_fix["before"], of_fix["after"]) == (False, staples_for)
        listed = run("hosts", str(httpd.root / "httpd.conf"), "--format", "json")
        (of_hosts,) = json.loads(listed.stdout)
        assert of_hosts["staples"] is staples_for
        got = set(staples(httpd).values())
        assert got == {None: {"good", None}, True: {"good"}, False: {None}}[staples_for]


def test_an_off_of_the_administrator_stays(lab: Lab, tmp_path: Path) -> None:
    with lab.httpd(host("no-ocsp", "rsa", "SSLUseStapling off")) as httpd:
        done = fix(httpd, tmp_path)
        assert "Nothing to repair" in done.stdout
        assert "info[AS507] stapling is off, although certs/rsa.pem could be stapled" in done.stdout
        assert fix(httpd, tmp_path, "--unsafe").returncode == 0
        assert staples(httpd) == {"ecdsa": None, "rsa": "good"}


@pytest.mark.parametrize("lines", [(), (ON,)], ids=["unset", "on"])
def test_the_url_of_a_certificate_of_the_same_issuer_is_used_for_both(
    lab: Lab, tmp_path: Path, lines: tuple[str, ...]
) -> None:
    with lab.httpd(host("https-responder", "rsa", *lines)) as httpd:
        done = fix(httpd, tmp_path)
        assert done.returncode == 0
        assert "certs/rsa.pem has the same issuer and names it" in done.stdout
        assert staples(httpd) == {"ecdsa": "good", "rsa": "good"}
        assert "AS405" not in done.stdout
        assert "Nothing to repair" in fix(httpd, tmp_path).stdout


def test_the_url_is_not_used_for_a_certificate_without_one(lab: Lab, tmp_path: Path) -> None:
    """Its issuer may have switched the responder off before."""
    with lab.httpd(host("no-ocsp", "rsa", ON)) as httpd:
        assert "SSLStaplingForceURL" not in fix(httpd, tmp_path).stdout
        assert staples(httpd) == {"ecdsa": None, "rsa": "good"}


def issue_elsewhere(lab: Lab, folder: Path, name: str) -> None:
    """A certificate of another authority, whose only OCSP URI is not http."""
    other = Authority(folder / "certificates", "https://ocsp.example.com/", state=folder / "state")
    issued = other.issue(name, names=NAMES)
    assert issued.key is not None
    for file in (issued.cert, issued.key):
        shutil.copyfile(file, lab.certificates_folder / file.name)


@pytest.mark.parametrize("lines", [(), (ON,)], ids=["unset", "on"])
def test_no_staple_is_better_than_aborted_handshakes(
    lab: Lab, tmp_path: Path, lines: tuple[str, ...]
) -> None:
    issue_elsewhere(lab, tmp_path, "https-elsewhere")
    with lab.httpd(host("https-elsewhere", "rsa", *lines)) as httpd:
        assert fix(httpd, tmp_path / "fix").returncode == 0
        assert staples(httpd) == {"ecdsa": None, "rsa": None}


def test_a_required_staple_is_not_taken_away(lab: Lab, tmp_path: Path) -> None:
    issue_elsewhere(lab, tmp_path, "https-elsewhere")
    lab.authority.issue("rsa-must-staple", names=NAMES, key="rsa", must_staple=True)
    with lab.httpd(host("https-elsewhere", "rsa-must-staple", ON)) as httpd:
        done = fix(httpd, tmp_path / "fix")
        assert done.returncode == 1
        assert "stapling off" not in done.stdout
        assert "error[AS401]" in done.stdout
        assert httpd.start(), httpd.log
        assert handshake(httpd.port, signatures=RSA).staple == "good"
        assert not handshake(httpd.port, signatures=ECDSA).connected


@pytest.mark.parametrize("lines", [(), (ON,), ("SSLUseStapling off",)], ids=["unset", "on", "off"])
def test_a_chain_is_provided_for_the_certificate_that_can_be_stapled(
    lab: Lab, tmp_path: Path, lines: tuple[str, ...]
) -> None:
    lab.authority.issue("rsa-alone", names=NAMES, key="rsa", ocsp=(), chain=False)
    other = tls_host("SSLCertificateChainFile certs/chain.pem", name="other.example.com")
    with lab.httpd(host("leaf-only", "rsa-alone", *lines) + other) as httpd:
        fix(httpd, tmp_path, "--unsafe")
        assert staples(httpd) == {"ecdsa": "good", "rsa": None}


def test_no_chain_is_provided_for_a_certificate_that_cannot_be_stapled(
    lab: Lab, tmp_path: Path
) -> None:
    lab.authority.issue("rsa-alone", names=NAMES, key="rsa", ocsp=(), chain=False)
    other = tls_host("SSLCertificateChainFile certs/chain.pem", name="other.example.com")
    with lab.httpd(host("good", "rsa-alone", ON) + other) as httpd:
        fix(httpd, tmp_path, "--unsafe")
        assert (httpd.root / "site.conf").read_text().count("SSLCertificateChainFile") == 1
        assert staples(httpd) == {"ecdsa": "good", "rsa": None}


def test_a_host_with_the_wrong_issuer_is_not_turned_on_before_its_chain_is_right(
    lab: Lab, tmp_path: Path
) -> None:
    """The last host makes the record: httpd sets it up first."""
    wrong = "SSLCertificateChainFile certs/namesake.pem"
    text = CACHE + tls_host(ON, name="other.example.com") + host("good", "rsa-no-ocsp", wrong)
    text = text.replace(CACHE, "", 1)
    with lab.httpd(text) as httpd:
        assert fix(httpd, tmp_path).returncode == 0
        assert staples(httpd) == {"ecdsa": "good", "rsa": None}
        assert handshake(httpd.port, "other.example.com").staple == "good"
