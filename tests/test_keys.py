"""Whether a private key belongs to its certificate, as the server sees it when it starts."""

from __future__ import annotations

import datetime as dt
import os
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from apachestaple.certificates.certificate import Certificate
from apachestaple.certificates.keys import KeyProblem, KeyReader
from apachestaple.rules.rule import CACHE, tls_host

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.play import Lab

AnyKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

KEYS: dict[str, AnyKey] = {
    "p256": ec.generate_private_key(ec.SECP256R1()),
    "p521": ec.generate_private_key(ec.SECP521R1()),
    "rsa": rsa.generate_private_key(65537, 2048),
    "rsa-3072": rsa.generate_private_key(65537, 3072),
    "ed25519": ed25519.Ed25519PrivateKey.generate(),
}
FORMATS = {
    "pkcs8": form.PrivateFormat.PKCS8,
    "traditional": form.PrivateFormat.TraditionalOpenSSL,
}


def certificate_for(key: AnyKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "www.example.com")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + dt.timedelta(1))
    return builder.sign(
        key, None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    )


def pem(key: AnyKey, kind: str = "pkcs8", password: bytes | None = None) -> bytes:
    how = form.BestAvailableEncryption(password) if password else form.NoEncryption()
    return key.private_bytes(form.Encoding.PEM, FORMATS[kind], how)


def problem(folder: Path, key: bytes, certificate: AnyKey) -> KeyProblem | None:
    path = folder / "key.pem"
    path.write_bytes(key)
    der = certificate_for(certificate).public_bytes(form.Encoding.DER)
    return KeyReader().problem(str(path), Certificate.parse(der))


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("name", KEYS)
def test_a_key_belongs_to_its_own_certificate_alone(tmp_path: Path, name: str, kind: str) -> None:
    if name == "ed25519" and kind == "traditional":
        kind = "pkcs8"
    for other, certificate in KEYS.items():
        expected = None if other == name else KeyProblem.OTHER_CERTIFICATE
        assert problem(tmp_path, pem(KEYS[name], kind), certificate) is expected


def test_a_key_stands_behind_other_blocks(tmp_path: Path) -> None:
    key = KEYS["p256"]
    before = certificate_for(key).public_bytes(form.Encoding.PEM) + (
        b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    )
    assert problem(tmp_path, before + pem(key, "traditional"), key) is None


def test_only_the_first_key_counts(tmp_path: Path) -> None:
    both = pem(KEYS["rsa"]) + pem(KEYS["p256"])
    assert problem(tmp_path, both, KEYS["p256"]) is KeyProblem.OTHER_CERTIFICATE


@pytest.mark.parametrize("kind", FORMATS)
def test_a_key_with_a_pass_phrase_is_not_compared(tmp_path: Path, kind: str) -> None:
    locked = pem(KEYS["rsa"], kind, b"secret")
    assert problem(tmp_path, locked, KEYS["p256"]) is KeyProblem.ENCRYPTED


def test_what_is_no_key_is_known(tmp_path: Path) -> None:
    key = KEYS["p256"]
    whole = pem(key)
    assert problem(tmp_path, b"", key) is KeyProblem.EMPTY
    assert problem(tmp_path, b"root:x:0:0\n", key) is KeyProblem.NO_KEY
    assert problem(tmp_path, whole[: len(whole) // 2], key) is KeyProblem.NO_KEY
    cut = whole.replace(whole.splitlines()[2], b"")
    assert problem(tmp_path, cut, key) is KeyProblem.NO_KEY
    leaf = Certificate.parse(certificate_for(key).public_bytes(form.Encoding.DER))
    reader = KeyReader()
    assert reader.problem(str(tmp_path / "nothing"), leaf) is KeyProblem.MISSING
    assert reader.problem(str(tmp_path / "key.pem" / "below"), leaf) is KeyProblem.MISSING
    assert reader.problem(str(tmp_path), leaf) is KeyProblem.MISSING


def test_a_key_that_changed_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    leaf = Certificate.parse(certificate_for(KEYS["rsa"]).public_bytes(form.Encoding.DER))
    reader = KeyReader()
    path.write_bytes(pem(KEYS["rsa"]))
    assert reader.problem(str(path), leaf) is None
    other = Certificate.parse(certificate_for(KEYS["p256"]).public_bytes(form.Encoding.DER))
    assert reader.problem(str(path), other) is KeyProblem.OTHER_CERTIFICATE


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("how", ["own", "other", "same-file", "damaged", "behind-half-a-key"])
def test_httpd_starts_where_we_find_no_problem(lab: Lab, name: str, how: str) -> None:
    key = KEYS[name]
    other = KEYS["rsa" if name != "rsa" else "p256"]
    certificate = certificate_for(key).public_bytes(form.Encoding.PEM)
    text = tls_host().replace("certs/good", "own")
    if how == "same-file":
        text = text.replace("    SSLCertificateKeyFile own.key\n", "")
    with lab.httpd(CACHE + text) as httpd:
        half = b"-----BEGIN DSA PRIVATE KEY-----\nMIIB\n"
        written = {"other": pem(other), "damaged": pem(key)[:70], "behind-half-a-key": half}
        keys = httpd.root / ("own.pem" if how == "same-file" else "own.key")
        (httpd.root / "own.pem").write_bytes(certificate)
        with keys.open("ab") as file:
            file.write(
                written.get(how, b"") + (pem(key) if how not in ("other", "damaged") else b"")
            )
        os.chmod(keys, 0o600)
        leaf = Certificate.parse(certificate_for(key).public_bytes(form.Encoding.DER))
        found = KeyReader().problem(str(keys), leaf)
        assert httpd.configtest().accepted
        assert httpd.start() is (found is None)
        logged = {KeyProblem.OTHER_CERTIFICATE: "AH02565", KeyProblem.NO_KEY: "AH02564"}
        if found is not None:
            assert logged[found] in httpd.log
        assert (found is None) is (how in ("own", "same-file"))
