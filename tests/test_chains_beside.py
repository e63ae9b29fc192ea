"""The missing chain of a certificate, in the folder of the certificate."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from apachestaple.rules.rule import CACHE, tls_host
from tests.command.run import run
from tests.lab.handshake import handshake, takes_staple

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


def repaired(lab: Lab, root: Path) -> str:
    """The configuration after a fix."""
    command = ("fix", str(root / "httpd.conf"), "--no-backup")
    done = run(*command, env={"XDG_STATE_HOME": str(lab.folder / "state")})
    assert done.returncode != 2, done.stderr
    return (root / "site.conf").read_text()


def help_of(root: Path) -> str:
    """The help of the finding about the chain."""
    done = run("lint", str(root / "httpd.conf"), "--format", "json")
    (finding,) = [one for one in json.loads(done.stdout)["findings"] if one["rule"] == "AS305"]
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
        {f"chain{number}.pem": "chain" for number in range(60)},
    ],
    ids=["none", "root", "key", "text", "with another", "of several", "many"],
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
