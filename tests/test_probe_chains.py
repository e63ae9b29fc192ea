"""probe: chains and certificates of odd servers, checked against curl."""

from __future__ import annotations

import gc
import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from apachestaple.network.tls_client import Session
from apachestaple.probing.judging import Expectations, Verdict, judge
from apachestaple.probing.probe import Prober
from apachestaple.probing.targets import Target
from tests.command.run import run
from tests.lab.tls import Subject, tls_server

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

NAME = "www.example.com"
Chain = tuple[Subject, list[Subject], list[Subject]]


def crossed() -> Chain:
    """The root is also sent as certificate of an older one, and both have expired."""
    root, old = Subject("root"), Subject("old root", days=-1)
    signer = Subject("signer", root)
    cross = Subject("root", old, key=root.key, days=-1)
    return Subject("leaf", signer, names=[NAME]), [signer, cross, old], [root]


def with_a_stranger() -> Chain:
    """A certificate of another chain is sent, and has expired."""
    root = Subject("root")
    return Subject("leaf", root, names=[NAME]), [Subject("stranger", days=-1)], [root]


def expired_root() -> Chain:
    """The trusted root has expired; another certificate is sent in its place."""
    root = Subject("root", days=-1)
    signer = Subject("signer", root)
    leaf = Subject("leaf", signer, names=[NAME])
    return leaf, [signer, Subject("stranger")], [root]


def trusted_intermediate() -> Chain:
    """The file of trusted authorities has no root."""
    signer = Subject("signer", Subject("root"))
    return Subject("leaf", signer, names=[NAME]), [signer], [signer]


def small_key() -> Chain:
    root = Subject("root")
    key = rsa.generate_private_key(65537, 1024)  # noqa: S505  (that is the point)
    return Subject("leaf", root, names=[NAME], key=key), [], [root]


def wildcard_of_a_top_level_domain() -> Chain:
    root = Subject("root")
    return Subject("leaf", root, names=["*.com"]), [], [root]


def no_authority() -> Chain:
    root = Subject("root")
    signer = Subject("signer", root, names=["signer.example.com"])
    return Subject("leaf", signer, names=[NAME]), [signer], [root]


def with_names(constraints: x509.NameConstraints) -> Chain:
    """The authority is only for some names."""
    root = Subject("root", extensions=[constraints])
    return Subject("leaf", root, names=[NAME]), [], [root]


def permitted() -> Chain:
    return with_names(x509.NameConstraints([x509.DNSName("example.org")], None))


def excluded() -> Chain:
    return with_names(x509.NameConstraints(None, [x509.DNSName("example.com")]))


def without_the_use() -> Chain:
    """The authority may sign CRLs, but no certificates."""
    uses = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"), False
    )
    others = dict.fromkeys(("key_agreement", "key_cert_sign", "encipher_only"), False)
    usage = x509.KeyUsage(**uses, **others, crl_sign=True, decipher_only=False)
    root = Subject("root")
    signer = Subject("signer", root, extensions=[usage])
    return Subject("leaf", signer, names=[NAME]), [signer], [root]


def pem(file: Path, subjects: Sequence[Subject]) -> str:
    encoded = (each.x509.public_bytes(serialization.Encoding.PEM) for each in subjects)
    file.write_bytes(b"".join(encoded))
    return str(file)


def curl_accepts(port: int, cafile: str) -> bool:
    to = f"{NAME}:{port}:127.0.0.1"
    words = ["curl", "--silent", "--cacert", cafile, "--resolve", to, f"https://{NAME}:{port}/"]
    return not subprocess.run(words, check=False).returncode


@pytest.mark.parametrize(
    ("made", "problem"),
    [
        (crossed, None),
        (with_a_stranger, None),
        (expired_root, "the CA certificate CN=root expired at"),
        (trusted_intermediate, None),
        (small_key, "the certificate has an RSA key of 1024 bits, which many clients reject"),
        (wildcard_of_a_top_level_domain, f"the certificate is for *.com, not for {NAME}"),
        (no_authority, "a CA certificate of the chain is not allowed to issue certificates"),
        (permitted, "the certificate has a name that one of its authorities may not certify"),
        (excluded, "the certificate has a name that one of its authorities may not certify"),
        (without_the_use, "a CA certificate of the chain is not allowed to issue certificates"),
    ],
)
def test_a_chain_is_judged_as_curl_judges_it(
    made: Callable[[], Chain], problem: str | None, tmp_path: Path
) -> None:
    leaf, chain, trusted = made()
    cafile = pem(tmp_path / "trusted.pem", trusted)
    with tls_server(leaf.x509, leaf.key, chain) as server:
        target = Target("127.0.0.1", server.port, NAME)
        found = judge(Prober(cafile=cafile).probe(target), Expectations())
        assert curl_accepts(server.port, cafile) is (problem is None)
    texts = [each.text for each in found.problems]
    assert found.verdict is (Verdict.CRITICAL if problem else Verdict.OK), texts
    assert len(texts) == bool(problem)
    assert all(text.startswith(problem or "") for text in texts), texts


def twice() -> tuple[Subject, x509.Certificate]:
    """A certificate with two extensions of the same type, which cryptography cannot read."""
    types = [x509.ObjectIdentifier(f"1.2.3.{number}") for number in (4, 5)]
    extensions = [x509.UnrecognizedExtension(each, b"\4\0") for each in types]
    leaf = Subject("leaf", names=[NAME], extensions=extensions)
    der = leaf.x509.public_bytes(serialization.Encoding.DER)
    changed = der.replace(b"\x2a\x03\x05", b"\x2a\x03\x04")
    return leaf, x509.load_der_x509_certificate(changed)


def test_a_chain_is_shown_up_to_a_certificate_that_cannot_be_parsed() -> None:
    leaf, odd = Subject("leaf", names=[NAME]), Subject("odd")
    _, odd.x509 = twice()
    with tls_server(leaf.x509, leaf.key, [odd, Subject("other")]) as server:
        words = (f"{NAME}:{server.port}", "--address", "127.0.0.1", "--no-verify")
        done = run("probe", *words, "--format", "json")
    (found,) = json.loads(done.stdout)
    assert [each["subject"] for each in found["chain"]] == ["CN=leaf"]


@pytest.mark.parametrize("form", ["text", "json", "nagios", "prometheus"])
def test_a_certificate_that_cannot_be_parsed_is_a_problem_of_its_server(form: str) -> None:
    leaf, odd = twice()
    with tls_server(odd, leaf.key) as one, tls_server(leaf.x509, leaf.key) as other:
        targets = [f"{NAME}:{server.port}" for server in (one, other)]
        done = run("probe", *targets, "--address", "127.0.0.1", "--no-verify", "--format", form)
    assert done.stderr == ""
    assert done.returncode == (2 if form == "nagios" else 1)
    if form == "json":
        first, second = json.loads(done.stdout)
        assert first["problems"] == ["the server sent no certificate that can be parsed"]
        assert (first["verdict"], second["verdict"]) == ("critical", "ok")


def test_connections_are_freed_without_a_collection(tmp_path: Path) -> None:
    """Each has 100 KB, a run can have ten thousand servers, and the collector is hardly used."""
    leaf = Subject("leaf", names=[NAME])
    cafile = pem(tmp_path / "trusted.pem", [leaf])
    gc.collect()
    gc.disable()
    try:
        with tls_server(leaf.x509, leaf.key) as server:
            # The second handshake, for a certificate with an RSA key, fails.
            found = Prober(cafile=cafile).probe(Target("127.0.0.1", server.port, NAME))
        left = [each for each in gc.get_objects() if isinstance(each, Session)]
    finally:
        gc.enable()
    assert found.reached
    assert left == []
