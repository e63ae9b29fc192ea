"""Certificate files as mod_ssl reads them, and whether it finds the issuer."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from apachestaple.certificates.der import issuer_der
from apachestaple.certificates.pem import CertificateReader, Problem
from tests.lab.handshake import handshake

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.play import Lab


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("good", None),
        ("rsa", None),
        ("leaf-only", None),
        ("truncated", Problem.DAMAGED),
        ("empty", Problem.EMPTY),
        ("not-a-certificate", Problem.NO_CERTIFICATE),
        ("missing", Problem.MISSING),
    ],
)
def test_what_is_wrong_with_a_file_is_said(lab: Lab, name: str, problem: Problem | None) -> None:
    file = CertificateReader().read(str(lab.certificates_folder / f"{name}.pem"))
    assert file.problem is problem
    assert (file.leaf is None) == (problem is not None)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert CertificateReader().read(str(tmp_path)).problem is Problem.NOT_A_FILE


def test_a_file_is_read_once(lab: Lab) -> None:
    reader = CertificateReader()
    path = str(lab.certificates_folder / "good.pem")
    assert reader.read(path) is reader.read(path)


def test_what_stapling_needs_is_read(lab: Lab) -> None:
    reader = CertificateReader()
    folder = lab.certificates_folder
    good = reader.read(str(folder / "good.pem"))
    assert good.leaf is not None
    assert good.leaf.ocsp_uris == (lab.responder.url,)
    assert len(good.chain) == 1
    assert good.leaf.is_issued_by(good.chain[0])
    assert not good.chain[0].is_issued_by(good.leaf)
    assert good.chain[0].is_ca
    must = reader.read(str(folder / "must-staple.pem")).leaf
    assert must is not None
    assert must.must_staple
    assert not good.leaf.must_staple
    https = reader.read(str(folder / "https-first.pem")).leaf
    assert https is not None
    assert [uri.partition(":")[0] for uri in https.ocsp_uris] == ["https", "http"]
    own = reader.read(str(folder / "self-signed.pem")).leaf
    assert own is not None
    assert own.is_self_signed


def test_the_digest_is_that_of_openssl(lab: Lab) -> None:
    path = str(lab.certificates_folder / "good.pem")
    command = ["openssl", "x509", "-in", path, "-noout", "-fingerprint", "-sha1"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    leaf = CertificateReader().read(path).leaf
    assert leaf is not None
    assert said.strip().rpartition("=")[2].replace(":", "").lower() == leaf.sha1.hex()


def test_the_issuer_in_the_der_is_that_of_the_certificate(lab: Lab) -> None:
    found = 0
    for path in sorted(lab.certificates_folder.glob("*.pem")):
        file = CertificateReader().read(str(path))
        for certificate in (file.leaf, *file.chain):
            if certificate is not None and certificate.is_understood:
                parsed = x509.load_der_x509_certificate(certificate.der)
                assert issuer_der(certificate.der) == parsed.issuer.public_bytes()
                assert certificate.issuer == parsed.issuer.rfc4514_string()
                found += 1
    assert found > 20


def test_certificates_of_one_authority_have_their_facts_in_common(lab: Lab) -> None:
    reader = CertificateReader()
    leaves = [
        reader.read(str(lab.certificates_folder / f"{name}.pem")).leaf
        for name in ("good", "leaf-only", "no-ocsp")
    ]
    one, same, other = (leaf.facts if leaf else None for leaf in leaves)
    assert one is same
    assert one is not other
    assert None not in (one, other)


def test_a_trusted_certificate_is_one(lab: Lab, tmp_path: Path) -> None:
    path = str(lab.certificates_folder / "good.pem")
    trusted = str(tmp_path / "trusted.pem")
    command = ["openssl", "x509", "-in", path, "-trustout", "-addtrust", "serverAuth"]
    subprocess.run([*command, "-out", trusted], check=True)
    reader = CertificateReader()
    plain, with_trust = reader.read(path).leaf, reader.read(trusted).leaf
    assert plain is not None
    assert with_trust is not None
    assert with_trust.sha1 == plain.sha1


HOST = """\
SSLStaplingCache shmcb:logs/stapling(131072)
<VirtualHost *:443>
    ServerName www.example.com
    SSLEngine on
    SSLCertificateFile certs/{certificate}.pem
    SSLCertificateKeyFile certs/{key}.key
    SSLUseStapling on
{more}
</VirtualHost>
"""

# Where the issuer may stand, and whether mod_ssl finds it there.
CHAINS = {
    "in the certificate file": ("good", ""),
    "nowhere": ("leaf-only", ""),
    "in a chain file": ("leaf-only", "SSLCertificateChainFile certs/chain.pem"),
    "in the CA file": ("leaf-only", "SSLCACertificateFile certs/chain.pem"),
    "in a chain file without it": ("leaf-only", "SSLCertificateChainFile certs/self-signed.pem"),
    "in the certificate file, beside a chain file without it": (
        "good",
        "SSLCertificateChainFile certs/self-signed.pem",
    ),
    "in the certificate file, which is the chain file too": (
        "good",
        "SSLCertificateChainFile certs/good.pem",
    ),
    "as a self-signed one": ("self-signed-ocsp", ""),
}


@pytest.mark.parametrize(("certificate", "more"), CHAINS.values(), ids=CHAINS.keys())
def test_the_issuer_is_found_where_mod_ssl_finds_it(lab: Lab, certificate: str, more: str) -> None:
    from apachestaple.discovery.locate import locate
    from apachestaple.httpd.layout import Options
    from apachestaple.httpd.reader import read
    from apachestaple.mod_ssl.site import understand
    from apachestaple.mod_ssl.staples import prospect

    text = HOST.format(certificate=certificate, key=certificate, more=more)
    with lab.httpd(text) as httpd:
        site = understand(read(locate(str(httpd.root / "httpd.conf"), Options())))
        assert httpd.start(), httpd.log
        made = handshake(httpd.port, "www.example.com")
        httpd.stop()
        found = "AH02217" not in httpd.log
    (host,) = site.tls_hosts
    assert [c.issuer_found for c in host.certificates] == [found]
    assert prospect(host, site).staples == (made.staple == "good")
