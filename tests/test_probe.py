"""probe: what it sees is what openssl sees, and what is wrong is said in words, within its time."""

from __future__ import annotations

import os
import pty
import re
import shutil
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from apachestaple.commands.probe import ProbeSwitches, run_probe
from apachestaple.commands.trouble import exit_code
from apachestaple.live.probe import probe, probe_all
from apachestaple.rules.rule import CACHE, tls_host
from apachestaple.settings import Settings
from apachestaple.sites import read_site
from apachestaple.tls.promises import target_of
from apachestaple.tls.served import Target, parse_target
from tests.lab.handshake import handshake
from tests.lab.raw import RawServer
from tests.schemas import ANSWERS, LINT, PROBE, checked
from tests.test_cli import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from apachestaple.tls.served import Served
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


def at(httpd: Httpd, certificate: str) -> Target:
    return Target("127.0.0.1", httpd.port, f"{certificate}.example.com")


# -- openssl s_client -status is the referee ----------------------------------------------------


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_openssl_sees_the_same_on_twenty_servers(servers: Httpd, tls: TlsVersion) -> None:
    assert len(SERVERS) == 20
    seen = dict(probe_all([at(servers, name) for name in SERVERS], tls=tls))
    for target, served in seen.items():
        shaken = handshake(servers.port, target.servername, tls=tls)
        assert seen_by_us(served) == seen_by_openssl(shaken.raw, shaken.staple), target
        assert (served.failure is None) is shaken.connected
        assert f"TLSv{tls}" == served.tls_version
        if shaken.alert:
            assert f"alert {shaken.alert!r}" in (served.error or "")


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
        ("expired", "good", True, None),
        ("other", "none", None, None),
        ("no-ocsp", "none", None, None),
        ("third", "none", None, None),
        ("revoked", "revoked", True, "says that the certificate is revoked"),
        ("unknown", "unknown", True, "says that the certificate is unknown"),
        ("answer-expired", "good", False, "has expired at"),
        ("answer-stranger", "good", False, "is signed by a stranger"),
        ("answer-another-certificate", "good", False, "is for another certificate"),
        ("answer-unauthorized", "unauthorized", None, "error unauthorized"),
        ("dead-responder", "tryLater", None, "error tryLater"),
        ("must-staple-no-ocsp", "none", None, "demands a staple"),
        ("https-responder", "none", None, "fails when a status is asked for"),
    ],
)
def test_what_a_client_has_against_it(
    servers: Httpd, certificate: str, status: str, verified: bool | None, error: str | None
) -> None:
    served = probe(at(servers, certificate))
    assert (served.status, served.verified) == (status, verified)
    assert error in served.error if error and served.error else served.error is error


def test_a_handshake_that_stalls_for_a_status_only(lab: Lab) -> None:
    with lab.httpd(CACHE + tls_host(ON, certificate="silent-responder")) as httpd:
        assert httpd.start()
        served = probe(Target("127.0.0.1", httpd.port, "www.example.com"), seconds=0.5)
    assert served.error == (
        "the handshake fails when a status is asked for (the server accepted the connection and "
        "said nothing for 0.5 s), and works when it is not"
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
        (say_nothing, "accepted the connection and said nothing for 0.5 s"),
        (say(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "is no TLS (wrong version number)"),
        (say(b"220 mail.example.com ESMTP\r\n"), "is no TLS ("),
        (say(os.urandom(1) + b"\0" * 4000), "is no TLS ("),
        (say(b"\x15\x03\x03\x00\x02\x02\x28"), "the server sent the alert 'handshake failure'"),
        (say(*[bytes([byte]) for byte in RECORD * 4], pause=0.1), "was not done after 0.5 s"),
        (never_end, "the handshake failed: unexpected message"),
    ],
    ids=["closes", "silent", "http", "smtp", "garbage", "alert", "drips", "endless"],
)
def test_a_server_that_is_none(behave: Behaviour, words: str) -> None:
    with RawServer(behave) as server:
        begin = time.monotonic()
        served = probe(Target("127.0.0.1", server.port, "www.example.com"), seconds=0.5)
    # Once with a status asked for, once without.
    assert time.monotonic() - begin < 1.5
    assert not served.reached
    assert served.failure
    assert words in served.failure


@pytest.mark.parametrize(
    ("host", "words"),
    [("127.0.0.1", "Connection refused"), ("x" * 64, "does not resolve")],
)
def test_a_server_that_is_not_there(lab: Lab, host: str, words: str) -> None:
    served = probe(Target(host, lab.dead.number, None), seconds=1)
    assert words in (served.failure or "")


def test_a_server_on_ipv6(lab: Lab) -> None:
    with lab.httpd(CACHE + tls_host(ON)) as httpd:
        assert httpd.start()

        def relay(connection: socket.socket) -> None:
            with socket.create_connection(("127.0.0.1", httpd.port)) as behind:
                behind.sendall(connection.recv(4096))
                while chunk := behind.recv(65536):
                    connection.sendall(chunk)

        with RawServer(relay, "::1") as six:
            served = probe(parse_target(f"[::1]:{six.port}", servername="www.example.com"))
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
    done = run("probe", *names, "--address", "127.0.0.1", "--format", "json")
    assert done.returncode == 1
    documents = checked(done.stdout, PROBE)
    assert [document["target"] for document in documents] == names
    assert documents[0]["staple"]["status"] == "good"
    alone = run("probe", where, "--servername", "good.example.com", "--format", "json")
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
        return run("probe", target, "--address", "127.0.0.1", *words).returncode

    assert code("good") == 0
    assert code("good", "--tls", "1.2") == 0
    assert code("other") == 0, "nobody demands a staple"
    assert code("must-staple-no-ocsp") == 1
    assert code("revoked") == 1
    assert code("https-responder") == 1
    assert code("good", f"127.0.0.1:{lab.dead.number}") == 1, "one of two was reached"


@pytest.mark.parametrize(
    ("words", "switches"),
    [
        ([], {}),
        (["www.example.com:0"], {}),
        (["www.example.com:99999"], {}),
        (["https://www.example.com/"], {}),
        (["a b"], {}),
        (["localhost"], {"tls": "1.1"}),
        (["localhost"], {"timeout": "soon"}),
        (["localhost"], {"timeout": "0"}),
        (["localhost"], {"form": "xml"}),
        ([], {"from_path": "/no/such/path"}),
    ],
    ids=str,
)
def test_wrong_usage_is_2(
    words: list[str], switches: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(run_probe, words, {}, ProbeSwitches(**switches)) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("apachestaple: ")
    assert "fault of apachestaple's own" not in said.err


def test_the_report_for_people(servers: Httpd) -> None:
    done = run("probe", f"good.example.com:{servers.port}", "--address", "127.0.0.1")
    assert re.search(r"^good\.example\.com:\d+: a good staple$", done.stdout, re.MULTILINE)
    assert re.search(r"signed by CN=Lab OCSP signer", done.stdout)
    assert re.search(
        r"^    certificate  CN=good, issued by CN=Lab Inter", done.stdout, re.MULTILINE
    )


# -- where the server differs from its configuration --------------------------------------------


@pytest.fixture
def two(lab: Lab, tmp_path: Path) -> Iterator[tuple[Httpd, Path]]:
    """A running httpd with two hosts, and a copy of its configuration that can be changed."""
    hosts = tls_host(ON, name="a.example.com") + tls_host(
        ON, name="b.example.com", certificate="other"
    )
    with lab.httpd(CACHE + hosts) as httpd:
        assert httpd.start()
        copy = tmp_path / "copy"
        shutil.copytree(httpd.root, copy, symlinks=False, ignore=shutil.ignore_patterns("logs"))
        main = copy / "httpd.conf"
        main.write_text(main.read_text().replace(str(httpd.root), str(copy)))
        yield httpd, copy


def compared(copy: Path) -> tuple[int, list[Any]]:
    where = ("--from", copy / "httpd.conf", "--address", "127.0.0.1")
    done = run("probe", *where, "--format", "json")
    return done.returncode, checked(done.stdout, PROBE)


def edit(copy: Path, old: str, new: str) -> None:
    site = copy / "site.conf"
    text = site.read_text()
    assert old in text
    site.write_text(text.replace(old, new, 1))


def test_a_server_that_runs_as_configured(two: tuple[Httpd, Path]) -> None:
    code, (first, second) = compared(two[1])
    assert (code, first["error"], second["error"]) == (0, None, None)
    assert first["servername"] == "a.example.com"
    assert second["chain"][0]["subject"] == "CN=other"


def test_a_certificate_that_was_renewed_and_not_loaded(lab: Lab, two: tuple[Httpd, Path]) -> None:
    renewed = lab.authority.issue("renewed", subject="good")
    shutil.copy(renewed.cert, two[1] / "certs/good.pem")
    code, (first, second) = compared(two[1])
    assert code == 1
    assert "httpd was not reloaded since that file was written" in first["error"]
    assert second["error"] is None


def test_another_certificate_altogether(two: tuple[Httpd, Path]) -> None:
    edit(two[1], "certs/good.pem", "certs/rsa.pem")
    code, (first, _) = compared(two[1])
    assert code == 1
    assert "the certificate of CN=good was sent, and not the one in" in first["error"]


def test_a_host_that_another_answers_for(two: tuple[Httpd, Path]) -> None:
    edit(two[1], "ServerName b.example.com", "ServerName c.example.com")
    code, (_, second) = compared(two[1])
    assert code == 1
    assert "the certificate of a.example.com" in second["error"]


@pytest.mark.parametrize(
    ("address", "name", "expected"),
    [
        ("*:443", "a.example.com", Target("a.example.com", 443, "a.example.com")),
        ("*", "a.example.com:8443", Target("a.example.com", 8443, "a.example.com")),
        ("*:444", "https://a.example.com:443", Target("a.example.com", 444, "a.example.com")),
        (
            "192.0.2.1:444 192.0.2.2:445",
            "a.example.com",
            Target("a.example.com", 444, "a.example.com", "192.0.2.1"),
        ),
        ("[2001:db8::1]:443", "", Target("2001:db8::1", 443, None)),
        ("*:443", "192.0.2.7", Target("192.0.2.7", 443, None)),
        ("*:443", "", Target("main.example.com", 443, "main.example.com")),
    ],
)
def test_where_a_host_is_probed(tmp_path: Path, address: str, name: str, expected: Target) -> None:
    named = f"ServerName {name}\n" if name else ""
    (tmp_path / "httpd.conf").write_text(
        "ServerName main.example.com\n"
        f"<VirtualHost {address}>\n{named}SSLEngine on\nSSLCertificateFile x\n</VirtualHost>\n"
    )
    (host,) = read_site(str(tmp_path / "httpd.conf"), Settings()).tls_hosts
    assert target_of(host) == expected
    elsewhere = target_of(host, "192.0.2.9")
    assert elsewhere is not None
    assert (elsewhere.address or elsewhere.host) == "192.0.2.9"


def test_a_host_without_name_and_address_cannot_be_probed(tmp_path: Path) -> None:
    (tmp_path / "httpd.conf").write_text("<VirtualHost *:443>\nSSLEngine on\n</VirtualHost>\n")
    done = run("probe", "--from", tmp_path / "httpd.conf", "--format", "json")
    (document,) = checked(done.stdout, PROBE)
    assert (done.returncode, document["target"]) == (2, "*:443")
    assert "neither a name nor an address" in document["error"]


def test_a_staple_that_is_missing_and_one_that_is_too_many(
    lab: Lab, two: tuple[Httpd, Path]
) -> None:
    edit(two[1], "    SSLUseStapling on\n", "    SSLUseStapling off\n")
    code, (first, second) = compared(two[1])
    assert code == 1
    assert "a staple was sent, although SSLUseStapling is off" in first["error"]
    assert second["error"] is None
    hosts = tls_host("SSLUseStapling off", name="a.example.com")
    with lab.httpd(CACHE + hosts) as httpd:
        assert httpd.start()
        site = httpd.root / "site.conf"
        site.write_text(site.read_text().replace("Stapling off", "Stapling on"))
        code, (only,) = compared(httpd.root)
    assert code == 1
    assert "no staple was sent, although mod_ssl staples what" in only["error"]


# -- asking responders from the command line ----------------------------------------------------


def test_lint_online_and_the_check_of_responders(lab: Lab) -> None:
    hosts = tls_host(ON) + tls_host(ON, name="b.example.com", certificate="answer-expired")
    with lab.httpd(CACHE + hosts) as httpd:
        main = httpd.root / "httpd.conf"
        assert run("lint", main).returncode == 0
        done = run("lint", main, "--online", "--format", "json")
        found = [f["rule"] for f in checked(done.stdout, LINT)["findings"]]
        assert (done.returncode, found) == (1, ["AS503", "AS417"])
        check = run("responders", main, "--check")
        assert check.returncode == 1
        assert re.search(r"^http://\S+/expired +answer-expired +good ", check.stdout, re.MULTILINE)
        assert "warning[AS417] response-out-of-date" in check.stdout
        answers = checked(run("responders", main, "--check", "--format", "json").stdout, ANSWERS)
        assert [answer["answers"][0]["error"] is None for answer in answers] == [True, False]
        assert run("responders", main, "--check", "--ignore-nothing").returncode == 2


def test_what_cannot_be_asked_is_told(lab: Lab) -> None:
    lines = (ON, "SSLCertificateChainFile certs/elsewhere.pem")
    with lab.httpd(CACHE + tls_host(*lines, certificate="leaf-only")) as httpd:
        done = run("responders", httpd.root / "httpd.conf", "--check")
    assert "No responder was asked." in done.stdout
    assert "certs/leaf-only.pem: nobody was asked about it" in done.stderr


def test_a_bar_is_shown_on_a_terminal_after_a_second(lab: Lab) -> None:
    def shown(certificate: str) -> str:
        lines = (ON, "SSLStaplingResponderTimeout 2")
        with lab.httpd(CACHE + tls_host(*lines, certificate=certificate)) as httpd:
            ours, theirs = pty.openpty()
            command = [sys.executable, "-m", "apachestaple", "responders", "--check"]
            child = subprocess.Popen(
                [*command, str(httpd.root / "httpd.conf")],
                stdout=subprocess.DEVNULL,
                stderr=theirs,
                env={**os.environ, "TERM": "xterm"},
            )
            os.close(theirs)
            text = b""
            try:
                while chunk := os.read(ours, 4096):
                    text += chunk
            except OSError:
                pass  # a terminal without a writer
            os.close(ours)
            child.wait(timeout=20)
        return text.decode()

    assert "Asking responders" in shown("silent-responder")
    assert shown("good") == ""
