"""Certificates that cryptography refuses: damaged is only what httpd does not start with."""

from __future__ import annotations

import base64
import random
import shutil
import warnings
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from apachestaple.certificates.pem import CertificateReader, Problem
from apachestaple.rules.rule import CACHE, tls_host
from tests.command.run import run
from tests.lab.handshake import handshake

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.play import Lab

CHANGES = 16


def changed(lab: Lab, number: int) -> tuple[bytes, bytes]:
    """DER of a certificate with one byte changed so that cryptography refuses it, and its chain."""
    good = (lab.certificates_folder / "good.pem").read_bytes()
    leaf, chain = x509.load_pem_x509_certificates(good)
    der = leaf.public_bytes(Encoding.DER)
    drawn = random.Random(number)  # noqa: S311  (drawn, not secret)
    while True:
        odd = bytearray(der)
        odd[drawn.randrange(len(der))] = drawn.randrange(256)
        if is_refused(bytes(odd)):
            return bytes(odd), chain.public_bytes(Encoding.PEM)


def is_refused(der: bytes) -> bool:
    with warnings.catch_warnings(action="ignore"):
        try:
            list(x509.load_der_x509_certificate(der).extensions)
        except ValueError:
            return True
    return False


@pytest.mark.parametrize("number", range(CHANGES))
def test_damaged_is_what_httpd_does_not_start_with(lab: Lab, number: int) -> None:
    der, chain = changed(lab, number)
    with lab.httpd(CACHE + tls_host("SSLUseStapling on", certificate="odd", key="good")) as httpd:
        folder = own_certificates(httpd.root)
        (folder / "odd.pem").write_bytes(pem(der) + chain)
        problem = CertificateReader().read(str(folder / "odd.pem")).problem
        found = run("lint", httpd.root / "httpd.conf").stdout
        started = httpd.start()
        assert problem in (None, Problem.DAMAGED)
        if started:
            assert problem is None
            assert handshake(httpd.port, "www.example.com").connected
        assert ("AS303" in found) == (problem is Problem.DAMAGED)


def test_both_kinds_are_drawn(lab: Lab, tmp_path: Path) -> None:
    problems = []
    for number in range(CHANGES):
        (tmp_path / "odd.pem").write_bytes(pem(changed(lab, number)[0]))
        problems.append(CertificateReader().read(str(tmp_path / "odd.pem")).problem)
    assert set(problems) == {None, Problem.DAMAGED}


def own_certificates(root: Path) -> Path:
    """A copy of the certificates, which can be changed."""
    folder = root / "certs"
    shared = folder.resolve()
    folder.unlink()
    shutil.copytree(shared, folder)
    return folder


def pem(der: bytes) -> bytes:
    body = base64.encodebytes(der)
    return b"-----BEGIN CERTIFICATE-----\n" + body + b"-----END CERTIFICATE-----\n"
