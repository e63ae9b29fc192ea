"""The missing chain of a certificate, in the folder of the certificate."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from apachestaple.discovery.locate import locate
from apachestaple.httpd.layout import Options
from apachestaple.httpd.reader import read
from apachestaple.mod_ssl.missing_chains import heirs_of
from apachestaple.mod_ssl.site import understand
from apachestaple.rules.rule import CACHE, tls_host
from tests.command.run import run
from tests.lab.handshake import handshake, takes_staple
from tests.test_odd_certificates import changed, pem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.lab.play import Lab
    from tests.lab.server import Httpd

NAME = "www.example.com"
HOST = """<VirtualHost *:443>
    ServerName {name}
    SSLEngine on
    SSLCertificateFile {certificate}
    SSLCertificateKeyFile {key}
    SSLUseStapling on
</VirtualHost>
"""
# The file of the certificate, files beside it, and the one that is the chain.
LAYOUTS = {
    "certbot": (
        "live/www.example.com/cert.pem",
        {"chain.pem": "chain", "fullchain.pem": "leaf chain"},
        "live/www.example.com/chain.pem",
    ),
    "acme.sh": (
        "www.example.com_ecc/www.example.com.cer",
        {"ca.cer": "chain", "fullchain.cer": "leaf chain"},
        "www.example.com_ecc/ca.cer",
    ),
    "a bundle": (
        "tls/www_example_com.crt",
        {"www_example_com.ca-bundle": "chain", "trusted.crt": "other chain"},
        "tls/www_example_com.ca-bundle",
    ),
    "single files": (
        "tls/www.crt",
        {"AAA-root.crt": "root", "intermediate.crt": "chain", "with-root.crt": "chain root"},
        "tls/intermediate.crt",
    ),
    "a folder of several certificates": (
        "tls/www.crt",
        {"chain.crt": "chain", "other.crt": "other", "www.issuer.crt": "chain"},
        "tls/www.issuer.crt",
    ),
    "a shared authority": (
        "tls/www.crt",
        {
            "intermediate.crt": "chain",
            "other.crt": "other",
            "other.issuer.crt": "chain",
            "with-root.crt": "chain root",
        },
        "tls/intermediate.crt",
    ),
    "an authority of a large folder": (
        "tls/www.crt",
        {"AAA.crt": "chain", "CA-Bundle.crt": "chain"}
        | {f"other{number}.crt": "other" for number in range(60)},
        "tls/CA-Bundle.crt",
    ),
}


def texts(lab: Lab) -> dict[str, str]:
    """What the files beside a certificate can contain."""
    certificates = lab.certificates_folder
    return {
        "leaf": (certificates / "leaf-only.pem").read_text(),
        "other": (certificates / "self-signed.pem").read_text(),
        "key": (certificates / "leaf-only.key").read_text(),
        "chain": lab.authority.intermediate_file.read_text(),
        "root": lab.authority.root_file.read_text(),
    }


def server(lab: Lab, certificate: str, beside: Mapping[str, str]) -> Httpd:
    """A server with a host whose certificate file has no chain."""
    content = texts(lab)
    folder = certificate.rpartition("/")[0]
    key = f"{folder}/privkey.pem"
    files = {certificate: content["leaf"], key: content["key"]}
    for name, parts in beside.items():
        files[f"{folder}/{name}"] = "".join(content[part] for part in parts.split())
    text = CACHE + HOST.format(name=NAME, certificate=certificate, key=key)
    return lab.httpd(text, files=files)


def repaired(lab: Lab, root: Path, *options: str) -> str:
    """The configuration after a fix."""
    command = ("fix", str(root / "httpd.conf"), "--no-backup", *options)
    done = run(*command, env={"XDG_STATE_HOME": str(lab.folder / "state")})
    assert done.returncode != 2, done.stderr
    return (root / "site.conf").read_text()


def help_of(root: Path) -> str:
    """The help of the finding about the chain."""
    done = run("lint", str(root / "httpd.conf"), "--format", "json")
    (finding,) = [
        one for one in json.loads(done.stdout)["findings"] if one["rule"] in ("AS305", "AS317")
    ]
    return str(finding["help"])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_chain_beside_the_certificate_is_used(lab: Lab, layout: str) -> None:
    certificate, beside, chain = LAYOUTS[layout]
    with server(lab, certificate, beside) as httpd:
        assert httpd.start()
        assert handshake(httpd.port, NAME).staple is None
        assert "AH02217" in httpd.log_ids()
        assert chain in help_of(httpd.root)
        httpd.stop()
        assert f"    SSLCertificateChainFile {chain}\n" in repaired(lab, httpd.root)
        assert httpd.start()
        assert handshake(httpd.port, NAME).staple == "good"
        # curl only knows the root, so it also verifies that the chain is complete.
        assert takes_staple(httpd.port, NAME, lab.authority.root_file)


def test_a_chain_beside_the_certificate_is_preferred_to_the_certificate_of_another_host(
    lab: Lab,
) -> None:
    """The other certificate also has the issuer, but may be replaced by one of another issuer."""
    with server(lab, "tls/www.pem", {"chain.pem": "chain"}) as httpd:
        other = tls_host("SSLUseStapling on", name="other.example.com")
        text = (httpd.root / "site.conf").read_text()
        httpd.configure(text + other)
        assert "    SSLCertificateChainFile tls/chain.pem\n" in repaired(lab, httpd.root)
        assert httpd.start()
        assert handshake(httpd.port, NAME).staple == "good"


@pytest.mark.parametrize(
    "beside",
    [
        {},
        {"ca.pem": "root"},
        {"key-of-ca.pem": "chain"},
        {"chain.txt": "chain"},
        {"chain.pem": "chain other"},
        {"chain.pem": "chain", "other.pem": "other"},
        {"other.pem": "other", "other.ca.pem": "chain", "other-1.pem": "chain"},
        {f"chain{number}.pem": "chain" for number in range(60)},
    ],
    ids=["none", "root", "key", "text", "with another", "of several", "of another", "many"],
)
def test_other_files_beside_the_certificate_are_not_used(
    lab: Lab, beside: Mapping[str, str]
) -> None:
    with server(lab, "tls/www.pem", beside) as httpd:
        assert "SSLCertificateChainFile" not in repaired(lab, httpd.root)
        assert "Append the issuer's certificate" in help_of(httpd.root)


def test_a_chain_outside_of_a_checkout_is_not_used(lab: Lab, tmp_path: Path) -> None:
    """Nor is it opened if it is a link in the checkout."""
    tree, outside = tmp_path / "tree", tmp_path / "outside"
    tree.mkdir()
    outside.mkdir()
    (outside / "chain.pem").write_text(texts(lab)["chain"])
    (tree / "cert.pem").write_text(texts(lab)["leaf"])
    host = HOST.format(name=NAME, certificate="cert.pem", key="a.key")
    (tree / "httpd.conf").write_text(f"ServerRoot {tree}\n{CACHE}{host}")
    (tree / ".git").mkdir()
    for is_link in (True, False):
        if is_link:
            (tree / "chain.pem").symlink_to(outside / "chain.pem")
        else:
            (tree / "chain.pem").unlink()
            shutil.copyfile(outside / "chain.pem", tree / "chain.pem")
        assert ("chain.pem" in help_of(tree)) is not is_link


def both_hosts(certificate: str, other: str, *lines: str) -> str:
    """A host with a certificate file, and another host with another file for its certificate."""
    text = HOST.format(name=NAME, certificate=certificate, key="tls/www.key")
    text = text.replace("</Virtual", "".join(f"    {line}\n" for line in lines) + "</Virtual")
    return (
        CACHE + text + HOST.format(name="other.example.com", certificate=other, key="tls/www.key")
    )


def files_of_a_certificate(lab: Lab) -> dict[str, str]:
    """The files of one certificate, without anything that only has authorities."""
    content = texts(lab)
    return {
        "tls/www.pem": content["leaf"],
        "tls/www.key": content["key"],
        "tls/www-full.pem": content["leaf"] + content["chain"],
    }


def certificates_sent(port: int) -> int:
    """How many certificates a server sends."""
    command = ("openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", NAME)
    done = subprocess.run(
        [*command, "-showcerts"], input="", capture_output=True, text=True, check=False
    )
    return done.stdout.count("BEGIN CERTIFICATE")


def stapled_and_verified(lab: Lab, httpd: Httpd) -> None:
    """A client that only knows the root gets a staple, and the leaf once."""
    assert httpd.start(), httpd.log
    assert handshake(httpd.port, NAME).staple == "good"
    assert takes_staple(httpd.port, NAME, lab.authority.root_file)
    assert certificates_sent(httpd.port) == 2


@pytest.mark.parametrize("is_named", [True, False])
def test_a_file_with_the_same_certificate_and_its_chain_is_used_with_unsafe(
    lab: Lab, is_named: bool
) -> None:
    files = files_of_a_certificate(lab)
    full = "elsewhere/www-full.pem" if is_named else "tls/www-full.pem"
    files[full] = files.pop("tls/www-full.pem")
    other = full if is_named else "tls/www.pem"
    with lab.httpd(both_hosts("tls/www.pem", other), files=files) as httpd:
        assert full in help_of(httpd.root)
        assert "www-full.pem" not in repaired(lab, httpd.root).replace(other, "")
        after = repaired(lab, httpd.root, "--unsafe")
        assert after.count(f"    SSLCertificateFile {full}\n") == 2
        assert "SSLCertificateChainFile" not in after
        stapled_and_verified(lab, httpd)


def test_a_key_in_the_certificate_file_stays_with_it(lab: Lab) -> None:
    files = files_of_a_certificate(lab)
    files["tls/www.pem"] += files["tls/www.key"]
    text = both_hosts("tls/www.pem", "tls/www-full.pem")
    text = text.replace("    SSLCertificateKeyFile tls/www.key\n", "", 1)
    with lab.httpd(text, files=files) as httpd:
        assert repaired(lab, httpd.root, "--unsafe").count("tls/www-full.pem") == 1
        assert httpd.start(), httpd.log


def test_a_chain_file_that_hides_the_chain_is_removed(lab: Lab) -> None:
    files = files_of_a_certificate(lab)
    wrong = "SSLCertificateChainFile certs/namesake.pem"
    with lab.httpd(both_hosts("tls/www-full.pem", "tls/www.pem", wrong), files=files) as httpd:
        assert httpd.start(), httpd.log
        assert handshake(httpd.port, NAME).staple == "unknown"
        httpd.stop()
        assert "SSLCertificateChainFile" not in repaired(lab, httpd.root)
        stapled_and_verified(lab, httpd)


def test_a_chain_file_that_a_variable_names_stays(lab: Lab) -> None:
    wrong = "SSLCertificateChainFile ${WRONG}"
    text = both_hosts("tls/www-full.pem", "tls/www.pem", wrong)
    text = f"Define WRONG certs/namesake.pem\n{text}"
    with lab.httpd(text, files=files_of_a_certificate(lab)) as httpd:
        state = {"XDG_STATE_HOME": str(lab.folder / "state")}
        done = run("fix", httpd.root / "httpd.conf", "--no-backup", env=state)
        assert "was not changed: its value is from a" in done.stdout
        assert wrong in (httpd.root / "site.conf").read_text()


def test_a_line_with_a_variable_does_not_keep_other_hosts_from_a_chain(lab: Lab) -> None:
    other = lab.authority.issue("beside", names=[NAME], chain=False)
    assert other.key
    files = {**files_of_a_certificate(lab), "tls/intermediate.pem": texts(lab)["chain"]}
    del files["tls/www-full.pem"]
    files |= {"tls/b.pem": other.cert.read_text(), "tls/b.key": other.key.read_text()}
    wrong = "SSLCertificateChainFile ${WRONG}"
    text = both_hosts("tls/www.pem", "tls/www.pem", wrong)
    head, _, tail = text.rpartition("tls/www.pem")
    text = f"Define WRONG certs/namesake.pem\n{head}tls/b.pem{tail.replace('www.key', 'b.key')}"
    with lab.httpd(text, files=files) as httpd:
        after = repaired(lab, httpd.root)
        assert after.count(wrong) == 1
        assert after.count("SSLCertificateChainFile tls/intermediate.pem") == 1
        assert httpd.start(), httpd.log
        assert handshake(httpd.port, "other.example.com").staple == "good"


def test_a_host_in_a_file_that_httpd_reads_twice_gets_its_chain_once(lab: Lab) -> None:
    files = {**files_of_a_certificate(lab), "tls/chain.pem": texts(lab)["chain"]}
    files["host.conf"] = HOST.format(name=NAME, certificate="tls/www.pem", key="tls/www.key")
    with lab.httpd(f"{CACHE}Include host.conf\nInclude host.conf\n", files=files) as httpd:
        repaired(lab, httpd.root)
        after = (httpd.root / "host.conf").read_text()
        assert after.count("SSLCertificateChainFile tls/chain.pem") == 1
        assert httpd.start(), httpd.log
        assert handshake(httpd.port, NAME).staple == "good"


def test_a_chain_file_stays_if_the_host_would_inherit_another_one(lab: Lab) -> None:
    wrong = "SSLCertificateChainFile certs/namesake.pem"
    host = HOST.format(name=NAME, certificate="tls/www-full.pem", key="tls/www.key")
    host = host.replace("</Virtual", f"    {wrong}\n</Virtual")
    with lab.httpd(f"{wrong}\n{CACHE}{host}", files=files_of_a_certificate(lab)) as httpd:
        assert repaired(lab, httpd.root, "--unsafe").count(wrong) == 2


def test_a_file_with_another_certificate_of_the_same_name_is_not_used(lab: Lab) -> None:
    """It may be that of a renewed certificate, which has another key."""
    old = lab.authority.issue("old", names=[NAME], subject="leaf-only", key="rsa")
    files = files_of_a_certificate(lab)
    files["tls/www-full.pem"] = old.cert.read_text()
    text = CACHE + HOST.format(name=NAME, certificate="tls/www.pem", key="tls/www.key")
    with lab.httpd(text, files=files) as httpd:
        assert "www-full.pem" not in repaired(lab, httpd.root, "--unsafe")
        assert httpd.start(), httpd.log


def test_a_chain_file_stays_if_another_host_uses_its_line_and_has_no_other_chain(lab: Lab) -> None:
    files = files_of_a_certificate(lab)
    files["chain.conf"] = "SSLCertificateChainFile certs/namesake.pem\n"
    text = both_hosts("tls/www-full.pem", "tls/www.pem", "Include chain.conf")
    text = text.replace("tls/www.pem\n", "tls/www.pem\n    Include chain.conf\n")
    with lab.httpd(text, files=files) as httpd:
        repaired(lab, httpd.root, "--unsafe")
        assert (httpd.root / "chain.conf").read_text() == files["chain.conf"]


@pytest.mark.parametrize("is_odd", [False, True])
def test_a_chain_file_stays_if_the_certificate_of_a_host_cannot_be_read(
    lab: Lab, is_odd: bool
) -> None:
    files = files_of_a_certificate(lab)
    if is_odd:
        der, chain = changed(lab, 0)
        files["tls/gone.pem"] = (pem(der) + chain).decode()
    files["chain.conf"] = "SSLCertificateChainFile certs/namesake.pem\n"
    text = both_hosts("tls/www-full.pem", "tls/gone.pem", "Include chain.conf")
    text = text.replace("tls/gone.pem\n", "tls/gone.pem\n    Include chain.conf\n")
    with lab.httpd(text, files=files) as httpd:
        repaired(lab, httpd.root, "--unsafe")
        assert (httpd.root / "chain.conf").read_text() == files["chain.conf"]


def test_the_hosts_that_inherit_the_chain_of_the_main_server(lab: Lab) -> None:
    certificate = "SSLCertificateFile certs/good.pem\nSSLCertificateKeyFile certs/good.key\n"
    text = f"SSLEngine on\n{certificate}SSLCertificateChainFile certs/chain.pem\n"
    own = tls_host("SSLCertificateChainFile certs/namesake.pem", name="own.example.com")
    with lab.httpd(text + tls_host() + own) as httpd:
        site = understand(read(locate(str(httpd.root / "httpd.conf"), Options())))
    heirs = heirs_of(site.main, "sslcertificatechainfile", site)
    assert [host.name.partition(":")[0] for host in heirs] == ["www.example.com"]
    assert heirs_of(heirs[0], "sslcertificatechainfile", site) == []
