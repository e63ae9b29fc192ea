"""probe: what it sees is what openssl sees, and what is wrong is said in words, within its time."""

from __future__ import annotations

import os
import re
import socket
import time
from typing import TYPE_CHECKING, Any

import pytest

from apachestaple.cli.errors import exit_code
from apachestaple.cli.options import Common
from apachestaple.cli.probe import probe as probe_command
from apachestaple.cli.probing import Client, Expected
from apachestaple.probing.judging import Expectations, judge
from apachestaple.probing.probe import Prober
from apachestaple.probing.targets import Target, parse_target
from apachestaple.rules.rule import CACHE, tls_host
from tests.command.run import run
from tests.lab.handshake import handshake
from tests.lab.raw import RawServer
from tests.schemas import PROBE, checked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.probing.served import Served
    from tests.lab.handshake import TlsVersion
    from tests.lab.play import Lab
    from tests.lab.raw import Behaviour
    from tests.lab.server import Httpd

ON = "SSLUseStapling on"
KEPT_BACK = ("SSLStaplingReturnResponderErrors off", "SSLStaplingFakeTryLater off")

# Twenty servers: a certificate, and what else its host says.
SERVERS: dict[str, tuple[str, ...]] = {
    "good": (),
    "rsa": (),
    "must-staple": (),
    "expired": (),
    "revoked": (),
    "unknown": (),
    "no-ocsp": (),
    "leaf-only": (),
    "self-signed": (),
    "https-responder": (),
    "must-staple-no-ocsp": (),
    "other": ("SSLUseStapling off",),
    "dead-responder": (),
    "third": ("SSLStaplingForceURL http://127.0.0.1:9/", *KEPT_BACK),
    "silent-responder": (),
    "answer-unauthorized": (),
    "answer-expired": (),
    "answer-stranger": (),
    "answer-another-certificate": (),
    "answer-by-issuer": (),
}


@pytest.fixture(scope="module")
def servers(lab: Lab) -> Iterator[Httpd]:
    """One httpd that has them all, each by its name."""
    hosts = [
        tls_host(*lines, certificate=certificate, name=f"{certificate}.example.com")
        for certificate, lines in SERVERS.items()
    ]
    with lab.httpd(f"{CACHE}{ON}\nSSLStaplingResponderTimeout 1\n{''.join(hosts)}") as httpd:
        assert httpd.start()
        yield httpd


def trusted(lab: Lab) -> str:
    """The root of the lab."""
    return str(lab.authority.root_file)


def at(httpd: Httpd, certificate: str) -> Target:
    return Target("127.0.0.1", httpd.port, f"{certificate}.example.com")


# -- openssl s_client -status is the referee ----------------------------------------------------


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_openssl_sees_the_same_on_twenty_servers(servers: Httpd, tls: TlsVersion) -> None:
    assert len(SERVERS) == 20
    seen = dict(Prober(tls=tls).probe_all([at(servers, name) for name in SERVERS]))
    for target, served in seen.items():
        shaken = handshake(servers.port, target.servername, tls=tls)
        assert seen_by_us(served) == seen_by_openssl(shaken.raw, shaken.staple), target
        assert (served.failure is None) is shaken.connected
        assert f"TLSv{tls}" == served.tls_version
        if shaken.alert:
            assert f"alert {shaken.alert!r}" in (served.failure or "")


def seen_by_us(served: Served) -> object:
    if served.failure:
        return None
    staple = served.staple
    return (
        served.tls_version,
        [certificate.subject for certificate in served.chain],
        served.status,
        [f"{time:%b %e %H:%M:%S %Y}" for time in (staple and staple.this_update,) if time],
        [f"{time:%b %e %H:%M:%S %Y}" for time in (staple and staple.next_update,) if time],
    )


def seen_by_openssl(raw: str, staple: str | None) -> object:
    version = re.search(r"^New, (\S+), Cipher is (?!\(NONE\))", raw, re.MULTILINE)
    if version is None:
        return None
    subjects = [f"CN={name}" for name in re.findall(r"^ ?\d s:CN = (.*)$", raw, re.MULTILINE)]
    return (
        version[1],
        subjects,
        staple or "none",
        re.findall(r"This Update: (.*) GMT", raw),
        re.findall(r"Next Update: (.*) GMT", raw),
    )


@pytest.mark.parametrize(
    ("certificate", "status", "verified", "error"),
    [
        ("good", "good", True, None),
        ("expired", "good", True, "the certificate expired at"),
        ("other", "none", None, None),
        ("no-ocsp", "none", None, None),
        ("third", "none", None, None),
        ("revoked", "revoked", True, "says that the certificate is revoked"),
        ("unknown", "unknown", True, "says that the certificate is unknown"),
        ("answer-expired", "good", False, "expired at"),
        ("answer-stranger", "good", False, "is signed by a stranger"),
        ("answer-another-certificate", "good", False, "is for another certificate"),
        ("answer-unauthorized", "unauthorized", None, "error unauthorized"),
        ("dead-responder", "tryLater", None, "error tryLater"),
        ("must-staple-no-ocsp", "none", None, "requires a staple"),
        ("https-responder", "none", None, "fails if a status is requested"),
    ],
)
def test_what_a_client_has_against_it(
    servers: Httpd,
    lab: Lab,
    certificate: str,
    status: str,
    verified: bool | None,
    error: str | None,
) -> None:
    served = Prober(cafile=trusted(lab)).probe(at(servers, certificate))
    assert (served.status, served.verified) == (status, verified)
    texts = [problem.text for problem in judge(served, Expectations()).problems]
    assert any(error in text for text in texts) if error else not texts


def test_a_handshake_that_stalls_for_a_status_only(lab: Lab) -> None:
    with lab.httpd(CACHE + tls_host(ON, certificate="silent-responder")) as httpd:
        assert httpd.start()
        served = Prober(seconds=0.5).probe(Target("127.0.0.1", httpd.port, "www.example.com"))
    assert served.failure == (
        "the handshake fails if a status is requested (the server accepted the connection but "
        "sent nothing for 0.5 s), and succeeds otherwise"
    )
    assert served.chain


# -- servers that are none ----------------------------------------------------------------------

RECORD = b"\x16\x03\x03\x40\x00"


def say(*chunks: bytes, pause: float = 0.0) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        connection.recv(4096)
        for chunk in chunks:
            connection.sendall(chunk)
            time.sleep(pause)

    return behave


def never_end(connection: socket.socket) -> None:
    connection.recv(4096)
    while True:
        connection.sendall(RECORD + b"\x0b\xff\xff\xff" + b"\0" * 0x3FFC)


def say_nothing(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.recv(4096)


@pytest.mark.parametrize(
    ("behave", "words"),
    [
        (say(), "the server closed the connection"),
        (say_nothing, "accepted the connection but sent nothing for 0.5 s"),
        # OpenSSL 3.5 names another field of the record than later versions.
        (say(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "does not answer with TLS ("),
        (say(b"220 mail.example.com ESMTP\r\n"), "does not answer with TLS ("),
        (say(os.urandom(1) + b"\0" * 4000), "does not answer with TLS ("),
        (say(b"\x15\x03\x03\x00\x02\x02\x28"), "the server sent the alert 'handshake failure'"),
        (say(*[bytes([byte]) for byte in RECORD * 4], pause=0.1), "was not complete after 0.5 s"),
        (never_end, "the handshake failed: unexpected message"),
    ],
    ids=["closes", "silent", "http", "smtp", "garbage", "alert", "drips", "endless"],
)
def test_a_server_that_is_none(behave: Behaviour, words: str) -> None:
    with RawServer(behave) as server:
        begin = time.monotonic()
        served = Prober(seconds=0.5).probe(Target("127.0.0.1", server.port, "www.example.com"))
    # Once with a status asked for, once without.
    assert time.monotonic() - begin < 4
    assert not served.reached
    assert served.failure
    assert words in served.failure


@pytest.mark.parametrize(
    ("host", "words"),
    [("127.0.0.1", "Connection refused"), ("x" * 64, "does not resolve")],
)
def test_a_server_that_is_not_there(lab: Lab, host: str, words: str) -> None:
    served = Prober(seconds=1).probe(Target(host, lab.dead.number, None))
    assert words in (served.failure or "")


@pytest.mark.parametrize("servername", ["", "a\0b", "ü..example.com", "\udc80"])
def test_a_name_that_is_none(lab: Lab, servername: str) -> None:
    served = Prober(seconds=1).probe(Target("127.0.0.1", lab.dead.number, servername))
    assert "is not a valid server name" in (served.failure or "")


def test_a_server_on_ipv6(lab: Lab) -> None:
    with lab.httpd(CACHE + tls_host(ON)) as httpd:
        assert httpd.start()

        def relay(connection: socket.socket) -> None:
            with socket.create_connection(("127.0.0.1", httpd.port)) as behind:
                behind.sendall(connection.recv(4096))
                while chunk := behind.recv(65536):
                    connection.sendall(chunk)

        with RawServer(relay, "::1") as six:
            served = Prober().probe(parse_target(f"[::1]:{six.port}", servername="www.example.com"))
        assert (served.status, served.verified, served.address) == ("good", True, "::1")


@pytest.mark.parametrize(
    ("text", "host", "port", "servername"),
    [
        ("www.example.com", "www.example.com", 443, "www.example.com"),
        ("www.example.com:8443", "www.example.com", 8443, "www.example.com"),
        ("192.0.2.1", "192.0.2.1", 443, None),
        ("2001:db8::1", "2001:db8::1", 443, None),
        ("[2001:db8::1]:8443", "2001:db8::1", 8443, None),
    ],
)
def test_how_a_server_is_named(text: str, host: str, port: int, servername: str | None) -> None:
    assert parse_target(text) == Target(host, port, servername)


# -- the command --------------------------------------------------------------------------------


def test_the_report_for_programs_keeps_its_contract(servers: Httpd, lab: Lab) -> None:
    where = f"127.0.0.1:{servers.port}"
    names = [f"{name}.example.com:{servers.port}" for name in SERVERS]
    trust = ("--cafile", trusted(lab))
    done = run("probe", *names, "--address", "127.0.0.1", "--format", "json", *trust)
    assert done.returncode == 1
    documents = checked(done.stdout, PROBE)
    assert [document["target"] for document in documents] == names
    assert documents[0]["staple"]["status"] == "good"
    alone = run("probe", where, "--servername", "good.example.com", "--format", "json", *trust)
    (document,) = checked(alone.stdout, PROBE)
    assert (alone.returncode, document["target"], document["error"]) == (0, where, None)
    assert document["servername"] == "good.example.com"
    gone = run("probe", f"127.0.0.1:{lab.dead.number}", "--format", "json")
    (document,) = checked(gone.stdout, PROBE)
    assert gone.returncode == 2
    assert "Connection refused" in document["error"]


def test_exit_codes(servers: Httpd, lab: Lab) -> None:
    def code(name: str, *words: str) -> int:
        target = f"{name}.example.com:{servers.port}"
        trust = ("--cafile", trusted(lab))
        return run("probe", target, "--address", "127.0.0.1", *trust, *words).returncode

    assert code("good") == 0
    assert code("good", "--tls", "1.2") == 0
    assert code("other") == 0, "nobody demands a staple"
    assert code("must-staple-no-ocsp") == 1
    assert code("revoked") == 1
    assert code("https-responder") == 1
    assert code("good", f"127.0.0.1:{lab.dead.number}") == 1, "one of two was reached"


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ([], {}),
        (["www.example.com:0"], {}),
        (["www.example.com:99999"], {}),
        (["https://www.example.com/"], {}),
        (["a b"], {}),
        (["localhost"], {"form": "xml"}),
        ([], {"from_paths": ["/no/such/path"]}),
        (["localhost"], {"concurrency": "0"}),
        (["localhost"], {"repeat": "many"}),
        (["localhost"], {"client": Client(timeout="soon")}),
        (["localhost"], {"client": Client(timeout="0")}),
        (["localhost"], {"client": Client(tls="1.1")}),
        (["localhost"], {"client": Client(only_ipv4=True, only_ipv6=True)}),
        (["localhost"], {"client": Client(proxy="socks5://localhost")}),
        (["localhost"], {"client": Client(cafile="/dev/null")}),
        (["localhost"], {"client": Client(cafile="/no/such/file")}),
        (["localhost"], {"client": Client(retries="-1")}),
        (["localhost"], {"expected": Expected(warning="soon")}),
        (["localhost"], {"expected": Expected(ocsp_critical="nan")}),
        (["localhost"], {"expected": Expected(warning="7", critical="14")}),
    ],
    ids=str,
)
def test_wrong_usage_is_2(
    words: list[str], options: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"common": Common(), "expected": Expected(), "client": Client(), **options}
    assert exit_code(probe_command, targets=words, **given) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("apachestaple: ")
    assert "internal error" not in said.err


def test_the_report_for_people(servers: Httpd, lab: Lab) -> None:
    trust = ("--cafile", trusted(lab))
    done = run("probe", f"good.example.com:{servers.port}", "--address", "127.0.0.1", *trust)
    assert re.search(
        r"^good\.example\.com:\d+ at 127\.0\.0\.1: ok, a good staple$", done.stdout, re.MULTILINE
    )
    assert re.search(r"\d\d\.\d h left \(\d+% of its life\)", done.stdout)
    assert re.search(r"signed by CN=Lab OCSP signer", done.stdout)
    assert re.search(
        r"^    certificate  CN=good, issued by CN=Lab Inter", done.stdout, re.MULTILINE
    )
