"""The standard certificates, which configurations in tests name as ``certs/NAME.pem``."""

import datetime as dt
import shutil
from collections.abc import Mapping

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from .ca import Authority, Issued

NAMES = ("www.example.com", "example.com", "*.example.com", "localhost")

# Let's Encrypt switched it off on 2025-08-06.
SWITCHED_OFF = "http://r3.o.lencr.org"
HTTPS_RESPONDER = "https://ocsp.example.com"


def standard_certificates(
    authority: Authority, responder: str, dead: str, silent: str
) -> Mapping[str, Issued]:
    """Issue the standard certificates into the authority's folder; returns them by name.

    ``responder``, ``dead`` and ``silent`` are URLs of responders that answer, refuse connections,
    and never answer. Files without a certificate of their own (``chain``, ``namesake``,
    ``namesake-first``, ``twin``, ``weak-chain``, ``crl``, ``cut-crl``, ``not-a-certificate``,
    ``truncated``, ``empty``) are written but not returned, and so is ``full/leaf-only``, which has
    the same certificate as ``leaf-only`` and its chain.
    """
    issue, now = authority.issue, dt.datetime.now(dt.UTC)
    made = {
        "good": issue("good", names=NAMES),
        "other": issue("other", names=NAMES),
        "third": issue("third", names=NAMES),
        "rsa": issue("rsa", names=NAMES, key="rsa"),
        "empty-first-uri": issue("empty-first-uri", names=NAMES, ocsp=["", responder]),
        "rsa-no-ocsp": issue("rsa-no-ocsp", names=NAMES, key="rsa", ocsp=()),
        "weak-key": issue("weak-key", names=NAMES, key="rsa-1024"),
        "sha1": issue("sha1", names=NAMES, digest="sha1"),
        "leaf-only": issue("leaf-only", names=NAMES, chain=False),
        "no-ocsp": issue("no-ocsp", names=NAMES, ocsp=()),
        "https-responder": issue("https-responder", names=NAMES, ocsp=[HTTPS_RESPONDER]),
        "https-first": issue("https-first", names=NAMES, ocsp=[HTTPS_RESPONDER, responder]),
        "must-staple": issue("must-staple", names=NAMES, must_staple=True),
        "must-staple-no-ocsp": issue("must-staple-no-ocsp", names=NAMES, must_staple=True, ocsp=()),
        "self-signed": authority.self_signed("self-signed", names=NAMES),
        "self-signed-ocsp": authority.self_signed(
            "self-signed-ocsp", names=NAMES, ocsp=[responder]
        ),
        "switched-off": issue("switched-off", names=NAMES, ocsp=[SWITCHED_OFF]),
        "dead-responder": issue("dead-responder", names=NAMES, ocsp=[dead]),
        "silent-responder": issue("silent-responder", names=NAMES, ocsp=[silent]),
        "unknown": issue("unknown", names=NAMES, known=False),
        "revoked": issue("revoked", names=NAMES),
        "issuer-first": issue("issuer-first", names=NAMES, issuer_first=True),
        "authority": issue("authority", names=NAMES, is_ca=True),
        "short-lived": issue("short-lived", names=NAMES, not_after=now + dt.timedelta(days=5)),
        "expired": issue("expired", names=NAMES, not_after=now - dt.timedelta(days=2)),
        "not-yet-valid": issue("not-yet-valid", names=NAMES, not_before=now + dt.timedelta(days=2)),
    }
    authority.revoke(made["revoked"])
    _write_broken_files(authority, made["good"])
    authority.write_chain("chain")
    _write_weak_chain(authority)
    authority.write_crl("crl")
    crl = (authority.folder / "crl.pem").read_bytes()
    (authority.folder / "cut-crl.pem").write_bytes(crl[: len(crl) // 2])
    authority.write_encrypted_key("encrypted", made["good"])
    _write_namesakes(authority)
    full = authority.folder / "full"
    full.mkdir()
    chain = (authority.folder / "chain.pem").read_bytes()
    (full / "leaf-only.pem").write_bytes(made["leaf-only"].cert.read_bytes() + chain)
    return made


def _write_weak_chain(authority: Authority) -> None:
    """A certificate with its chain, and with a weak certificate behind that."""
    folder = authority.folder
    strong, weak = (folder / "good.pem").read_bytes(), (folder / "weak-key.pem").read_bytes()
    (folder / "weak-chain.pem").write_bytes(strong + weak)
    if authority.write_keys:
        shutil.copyfile(folder / "good.key", folder / "weak-chain.key")


def _write_namesakes(authority: Authority) -> None:
    """Chains with an authority of the issuer's name before the issuer, or alone."""
    pem = namesake(authority.intermediate.subject).public_bytes(serialization.Encoding.PEM)
    chain = (authority.folder / "chain.pem").read_bytes()
    twin = namesake(authority.intermediate.subject, key_identifier=True)
    (authority.folder / "twin.pem").write_bytes(twin.public_bytes(serialization.Encoding.PEM))
    (authority.folder / "namesake.pem").write_bytes(pem)
    (authority.folder / "namesake-first.pem").write_bytes(pem + chain)


def namesake(
    name: x509.Name, *, key_identifier: bool = False, rsa_key: bool = False
) -> x509.Certificate:
    """An authority of this name with a key of its own.

    Without a key identifier, OpenSSL takes it for the one that certificates name as their issuer.
    """
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = ec.generate_private_key(ec.SECP256R1())
    if rsa_key:
        key = rsa.generate_private_key(65537, 2048)
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=90))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    if key_identifier:
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        builder = builder.add_extension(identifier, critical=False)
    return builder.sign(key, hashes.SHA256())


def _write_broken_files(authority: Authority, good: Issued) -> None:
    pem = good.cert.read_bytes()
    inside_the_leaf = pem.index(b"-----END") // 2
    broken = {
        "not-a-certificate": b"root:x:0:0:root:/root:/bin/bash\n",
        "truncated": pem[:inside_the_leaf] + b"\n",
        "empty": b"",
        "other-key": pem,
    }
    for name, content in broken.items():
        path = authority.folder / f"{name}.pem"
        path.write_bytes(content)
        if name != "truncated":
            authority.write_key(name)
        elif good.key is not None:
            # With a complete certificate, the pair would match.
            shutil.copyfile(good.key, path.with_suffix(".key"))
