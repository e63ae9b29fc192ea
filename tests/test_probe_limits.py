"""probe: servers that send too much, and the time limit for all servers."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from apachestaple.probing.judging import Expectations, Verdict, judge
from apachestaple.probing.probe import Prober
from apachestaple.probing.targets import Target
from apachestaple.rules.rule import CACHE, tls_host
from tests.command.run import run
from tests.lab.ports import ReservedPort
from tests.lab.processes import Child, wait_until
from tests.lab.raw import RawServer, SilentResponder
from tests.lab.tls import Subject
from tests.schemas import PROBE, checked
from tests.test_probe import ON

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.play import Lab


def tlv(tag: int, value: bytes) -> bytes:
    """DER of a value that is longer than 255 bytes."""
    length = len(value).to_bytes(4, "big").lstrip(b"\0")
    return bytes([tag, 0x80 | len(length)]) + length + value


def response(length: int) -> bytes:
    """An OCSP response that OpenSSL can parse, with a basic response of zeros."""
    basic = b"\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x01" + tlv(4, bytes(length))
    return tlv(0x30, b"\x0a\x01\0" + tlv(0xA0, tlv(0x30, basic)))


@pytest.mark.parametrize(
    ("tls", "length", "words"),
    [
        ("1.2", 17_000, "a message of the server is longer than clients accept"),
        ("1.2", 2_000_000, "a message of the server is longer than clients accept"),
        ("1.3", 60_000, "the staple contains no basic response"),
    ],
)
def test_a_staple_that_is_too_long(tmp_path: Path, tls: str, length: int, words: str) -> None:
    """OpenSSL's clients accept 16 KB in TLS 1.2, and its servers send 64 KB in TLS 1.3."""
    leaf = Subject("www.example.com", names=["www.example.com"])
    pem, staple = tmp_path / "pem", tmp_path / "staple"
    key = leaf.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(leaf.x509.public_bytes(Encoding.PEM) + key)
    staple.write_bytes(response(length))
    with ReservedPort() as port:
        command = ["openssl", "s_server", "-accept", f"127.0.0.1:{port.number}", "-quiet"]
        files = ["-cert", str(pem), "-key", str(pem), "-status_file", str(staple)]
        server = Child([*command, *files], output=tmp_path / "log")
        try:
            assert wait_until(port.is_listened_on, 20)
            target = Target("127.0.0.1", port.number, "www.example.com")
            served = Prober(tls=tls, both_keys=False).probe(target)
        finally:
            server.stop(grace=1)
    judged = judge(served, Expectations(verify=False))
    assert judged.verdict is Verdict.CRITICAL
    assert any(words in problem.text for problem in judged.problems), judged.problems


# -- the time limit for all servers -------------------------------------------------------------


def test_servers_that_are_not_probed_in_time_are_unknown() -> None:
    with SilentResponder() as server:
        names = [f"h{number}:{server.port}" for number in range(5)]
        limits = ("--deadline", "1", "--concurrency", "2", "--retries", "9", "--timeout", "600")
        done = run("probe", *names, "--address", "127.0.0.1", *limits, "--format", "json")
    found = checked(done.stdout, PROBE)
    assert {document["verdict"] for document in found} == {"unknown"}
    assert {document["error"] for document in found} == {
        "the time limit for all servers was reached"
    }
    assert server.connections == 2, "the others were not tried"


def test_a_server_that_was_not_asked_for_its_other_certificate_is_unknown(lab: Lab) -> None:
    connected = threading.Semaphore(1)

    def relay(connection: socket.socket) -> None:
        if not connected.acquire(blocking=False):
            connection.recv(4096)
            connection.recv(4096)
            return
        with socket.create_connection(("127.0.0.1", httpd.port)) as behind:
            behind.sendall(connection.recv(4096))
            while chunk := behind.recv(65536):
                connection.sendall(chunk)

    with lab.httpd(f"{CACHE}{ON}\n{tls_host()}") as httpd:
        assert httpd.start()
        with RawServer(relay) as half:
            target = Target("127.0.0.1", half.port, "www.example.com")
            ((_, served),) = Prober(seconds=600).probe_all([target], deadline=3)
    judged = judge(served, Expectations(verify=False))
    assert (served.status, judged.verdict) == ("good", Verdict.UNKNOWN)
    assert judged.problems[0].text == (
        "it was not asked for a certificate with RSA keys: "
        "the time limit for all servers was reached"
    )


@pytest.mark.parametrize("given", ["0", "-1", "soon", "nan", "1e9"])
def test_a_time_limit_that_is_none(given: str) -> None:
    done = run("probe", "localhost", "--deadline", given)
    assert done.returncode == 2
    assert "--deadline must be a number of seconds, above 0 and at most 86400" in done.stderr
