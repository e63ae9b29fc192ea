"""Which addresses are asked, what is sent there, how long it may take, and what is told of it."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from apachestaple.certificates.pem import CertificateReader
from apachestaple.cli.online import AskPolicy, ask_responders
from apachestaple.discovery.locate import locate
from apachestaple.httpd.layout import Options
from apachestaple.httpd.reader import read
from apachestaple.mod_ssl.site import understand
from apachestaple.network.addresses import special
from apachestaple.network.ask import ask, ask_all
from apachestaple.ocsp.query import FailureKind, Query
from apachestaple.probing.probe import Prober
from apachestaple.probing.targets import Target
from apachestaple.rules.rule import CACHE, tls_host
from tests.command.run import run
from tests.lab.network import NAME_SERVER, Namespace
from tests.lab.processes import Child, wait_until
from tests.lab.raw import RawServer

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from apachestaple.mod_ssl.site import Site
    from tests.lab.play import Lab
    from tests.lab.server import Httpd

ON = "SSLUseStapling on"

# -- which addresses ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "addresses"),
    [
        (None, "8.8.8.8 1.1.1.1 2606:4700::1111 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1"),
        ("unspecified", "0.0.0.0 :: ::ffff:0.0.0.0"),
        ("loopback", "127.0.0.1 127.9.9.9 ::1 ::ffff:127.0.0.1 64:ff9b::7f00:1 2002:7f00:1::1"),
        ("link-local", "169.254.169.254 fe80::1 fe80::1%eth0 ::ffff:169.254.169.254"),
        ("private", "10.0.0.1 172.31.0.1 192.168.1.1 198.18.0.1 240.0.0.1 255.255.255.255"),
        ("private", "fc00::1 fd12::1 ::ffff:10.0.0.1 64:ff9b::a00:1 2002:a00:1::1 100::1 2001::1"),
        ("shared", "100.64.0.1 100.100.100.200 ::ffff:100.64.0.1"),
        ("multicast", "224.0.0.1 239.1.1.1 ff02::1 ff0e::1"),
        ("documentation", "192.0.2.1 198.51.100.1 203.0.113.1 2001:db8::1 3fff::1"),
        ("special", "192.0.0.192 192.88.99.1 168.63.129.16 fec0::1 ::7f00:1 ::ffff:0:7f00:1"),
    ],
)
def test_addresses_that_are_not_public(word: str | None, addresses: str) -> None:
    assert {address: special(address) for address in addresses.split()} == dict.fromkeys(
        addresses.split(), word
    )


def answering(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.0 503 Go away\r\n\r\n")


def configuration(lab: Lab, *urls: str, lines: tuple[str, ...] = ()) -> Httpd:
    """A host for each URL, with two certificates that name it."""
    hosts = [
        tls_host(ON, *lines, f'SSLStaplingForceURL "{url}"', certificate=certificate, name=name)
        for number, url in enumerate(urls)
        for certificate, name in (("good", f"a{number}"), ("other", f"b{number}"))
    ]
    return lab.httpd(CACHE + "".join(hosts))


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433", "[::ffff:127.0.0.1]"],
)
def test_a_repository_has_no_responder_on_this_machine_asked(lab: Lab, host: str) -> None:
    with RawServer(answering) as server:
        url = f"http://{host}:{server.port}/"
        with configuration(lab, url) as httpd:
            main = httpd.root / "httpd.conf"
            for words in (["lint", "--online"], ["responders", "--check"]):
                done = run(*words, main)
                told = [line for line in done.stderr.splitlines() if url in line]
                assert len(told) == 1, done.stderr
                assert "not queried: it resolves to the loopback address" in told[0]
                assert told[0].endswith("; use --allow-private")
                assert "AS41" not in done.stdout
            before = server.connections
            asked = run("lint", "--online", "--allow-private", main)
        assert "AS413" in asked.stdout
        assert (before, server.connections) == (0, 2)


def test_a_proxy_on_this_machine_is_not_asked_either(lab: Lab) -> None:
    with RawServer(answering) as server:
        proxy = f"http://127.0.0.1:{server.port}"
        lines = (f"SSLOCSPProxyURL {proxy}",)
        with configuration(lab, "http://8.8.8.8/", lines=lines) as httpd:
            done = run("responders", "--check", httpd.root / "httpd.conf")
        assert not server.connections
    said = f"not queried: its proxy {proxy} resolves to the loopback address 127.0.0.1"
    assert f"http://8.8.8.8/: {said}; use --allow-private" in done.stderr


def understood(httpd: Httpd, *, installed: bool = False) -> Site:
    found = read(locate(str(httpd.root / "httpd.conf"), Options()))
    return understand(dataclasses.replace(found, installed=installed))


def test_the_responders_of_this_machine_s_own_configuration_are_asked(lab: Lab) -> None:
    with RawServer(answering) as server:
        with configuration(lab, f"http://127.0.0.1:{server.port}/own") as httpd:
            own = understood(httpd, installed=True)
        with configuration(lab, f"http://127.0.0.1:{server.port}/other") as httpd:
            other = understood(httpd)
        answers = ask_responders([other, own], AskPolicy())
        assert server.connections == 2
    asked = {
        query.url.rpartition("/")[2]: answer.not_asked is None for query, answer in answers.items()
    }
    assert asked == {"other": False, "own": True}


# The first question for an address gets a public one, all later ones get loopback.
_NAME_SERVER = """
import socket, sys
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind((sys.argv[1], 53))
answers = [b"\\x08\\x08\\x08\\x08"]
while True:
    query, client = server.recvfrom(512)
    end = query.index(b"\\0", 12) + 5
    wanted = query[end - 4 : end - 2]
    head = query[:2] + b"\\x81\\x80\\0\\1"
    if wanted != b"\\0\\1":
        server.sendto(head + b"\\0\\0\\0\\0\\0\\0" + query[12:end], client)
        continue
    address = answers.pop() if answers else b"\\x7f\\0\\0\\1"
    record = b"\\xc0\\x0c\\0\\1\\0\\1\\0\\0\\0\\0\\0\\4" + address
    server.sendto(head + b"\\0\\1\\0\\0\\0\\0" + query[12:end] + record, client)
"""


def is_connected(listener: socket.socket) -> bool:
    """Whether somebody has connected."""
    listener.setblocking(False)
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def test_the_address_that_was_judged_is_the_one_that_is_connected_to(
    lab: Lab, tmp_path: Path
) -> None:
    namespace = Namespace(tmp_path / "namespace", {}, beside=None)
    script = [sys.executable, "-c", _NAME_SERVER, NAME_SERVER]
    try:
        for address in ("8.8.8.8", NAME_SERVER):
            namespace.run("ip", "address", "add", f"{address}/32", "dev", "lo")
        public, loopback = (namespace.listen(host, 80) for host in ("8.8.8.8", "127.0.0.1"))
        server = Child([*namespace.inside, *script], output=tmp_path / "log")
        bound = [*namespace.inside, "sh", "-c", "ss -lun | grep -q :53"]
        assert wait_until(lambda: subprocess.run(bound, check=False).returncode == 0, 10)
        with configuration(
            lab, "http://changing.example/", lines=("SSLStaplingResponderTimeout 1",)
        ) as httpd:
            check = ["-m", "apachestaple", "responders", "--check", str(httpd.root / "httpd.conf")]
            command = [*namespace.inside, sys.executable, *check]
            said = subprocess.run(command, capture_output=True, text=True, check=False)
        server.stop(grace=1)
    finally:
        namespace.stop()
    with public, loopback:
        assert is_connected(public), said
        assert not is_connected(loopback), said


def test_a_redirect_is_not_followed(lab: Lab) -> None:
    def redirecting(connection: socket.socket) -> None:
        connection.recv(65536)
        place = f"http://127.0.0.1:{target.port}/"
        connection.sendall(f"HTTP/1.0 302 Found\r\nLocation: {place}\r\n\r\n".encode())

    with RawServer(answering) as target, RawServer(redirecting) as responder:
        with configuration(lab, f"http://127.0.0.1:{responder.port}/") as httpd:
            done = run("responders", "--check", "--allow-private", httpd.root / "httpd.conf")
        assert "the HTTP status 302" in done.stdout
        assert (responder.connections, target.connections) == (2, 0)


# -- what is sent -------------------------------------------------------------------------------


def question(lab: Lab, url: str, proxy: str | None = None) -> Query:
    """One about the lab's good certificate."""
    file = CertificateReader().read(str(lab.certificates_folder / "good.pem"))
    assert file.leaf is not None
    return Query(url, proxy, 1, file.leaf.sha1, file.leaf, file.chain[0])


@pytest.mark.parametrize(
    "path",
    ["/a b", "/a\tb", "/a\r\nset key 0 0 1", "/\x7f", "/\x1b[31m", "/\u00fc", "/\udcff", "/\u202e"],
)
def test_a_url_with_what_is_no_part_of_a_url_is_not_sent(lab: Lab, path: str) -> None:
    with RawServer(answering) as server:
        place = f"http://127.0.0.1:{server.port}"
        for asked in (question(lab, place + path), question(lab, place, place + path)):
            answer = ask(asked, only_public=False)
            assert answer.not_asked is not None
            assert "URL has a space, a control character" in answer.not_asked
        named = ask(question(lab, f"http://127.0.0.1{path[1:]}:{server.port}/"), only_public=False)
        assert named.not_asked is not None
        assert not server.connections


def test_httpd_sends_a_line_end_in_a_certificate_s_uri(lab: Lab) -> None:
    came: list[bytes] = []

    def recording(connection: socket.socket) -> None:
        came.append(connection.recv(65536))

    with RawServer(recording) as server:
        url = f"http://127.0.0.1:{server.port}/a\r\nset key 0 0 1"
        lab.authority.issue("line-end", names=["line-end"], ocsp=[url])
        with lab.httpd(CACHE + tls_host(ON, certificate="line-end")) as httpd:
            assert httpd.start()
            Prober().probe(Target("127.0.0.1", httpd.port, "line-end"))
            assert came[0].startswith(b"POST /a\r\nset key 0 0 1 HTTP/1.0\r\n")
            connections = server.connections
            done = run("lint", "--online", "--allow-private", httpd.root / "httpd.conf")
        assert server.connections == connections
    assert "not queried: its URL has a space, a control character" in done.stderr
    assert "\\r\\nset key" in done.stderr


SECRET = "hunter2"


@pytest.mark.parametrize(
    "answer",
    [
        f"HTTP/1.0 403 {SECRET}\r\nX: {SECRET}\r\n\r\n{SECRET}",
        f"HTTP/1.0 200 OK\r\nX: {SECRET}\r\n\r\n{SECRET}",
        f"HTTP/1.0 200 OK\r\n\r\n<html>{SECRET}</html>",
        f"{SECRET}\r\n",
        f"HTTP/1.0 {SECRET}\r\n\r\n",
        f"HTTP/{SECRET} 500 x\r\n\r\n",
        "HTTP/1.0 " + "9" * 5000 + "\r\n\r\n",
    ],
)
def test_nothing_of_an_answer_is_quoted(lab: Lab, answer: str) -> None:
    def answering_so(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer.encode())

    with (
        RawServer(answering_so) as server,
        configuration(lab, f"http://127.0.0.1:{server.port}/") as httpd,
    ):
        main = httpd.root / "httpd.conf"
        commands = (["lint", "--online"], ["responders", "--check", "--format", "json"])
        for words, said in zip(commands, ("AS41", '"error": "the responder '), strict=True):
            done = run(*words, "--allow-private", main)
            assert said in done.stdout
            assert SECRET not in done.stdout + done.stderr
            assert "9999" not in done.stdout + done.stderr


@pytest.mark.parametrize("status", ["+200", "200", " 200", "299x", "-200", "300", "0x200"])
def test_the_status_is_the_number_that_httpd_reads(lab: Lab, status: str) -> None:
    def answering_so(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(f"HTTP/1.0 {status} OK\r\n\r\n".encode())

    with RawServer(answering_so) as server:
        url = f"http://127.0.0.1:{server.port}/"
        with lab.httpd(CACHE + tls_host(ON, f"SSLStaplingForceURL {url}")) as httpd:
            assert httpd.start()
            Prober().probe(Target("127.0.0.1", httpd.port, "www.example.com"))
            log = httpd.log
        failure = ask(question(lab, url), only_public=False).failure
    assert failure is not None
    assert failure.log_id in log
    assert ("AH01980" in log) == (failure.kind is FailureKind.HTTP)


# -- how long -----------------------------------------------------------------------------------


def test_the_deadline_is_for_all_queries_together(lab: Lab) -> None:
    urls = [f"{lab.silent.url}/{number}" for number in range(20)]
    wanted = [question(lab, url) for url in urls] + [question(lab, f"{lab.strange.url('good')}")]
    wanted = [dataclasses.replace(query, timeout=10) for query in wanted]
    came = dict(ask_all(list(reversed(wanted)), private=wanted, deadline=1.5))
    late = [query for query, answer in came.items() if answer.out_of_time]
    assert len(late) == 20
    assert all(came[query].failure is None for query in late)
    assert came[wanted[-1]].response is not None


def test_what_there_was_no_time_for_is_told_and_is_no_finding(lab: Lab) -> None:
    urls = [f"{lab.silent.url}/{number}" for number in range(3)]
    with configuration(lab, *urls) as httpd:
        for words in (["lint", "--online"], ["responders", "--check"]):
            words += ["--allow-private", "--deadline", "0.7"]
            done = run(*words, httpd.root / "httpd.conf")
            assert "AS41" not in done.stdout
            assert done.stderr == (
                "apachestaple: 3 of 3 responders were not queried or did not answer in time: "
                "--deadline of 0.7 seconds\n"
            )
        done = run(*words, "--format", "json", httpd.root / "httpd.conf")
    errors = {
        answer["error"] for one in json.loads(done.stdout) for answer in one.get("answers", ())
    }
    assert errors == {"not queried: the time limit was reached before the answer"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["lint", "--allow-private"],
            "--allow-private and --deadline can only be used with --online",
        ),
        (
            ["lint", "--deadline", "1"],
            "--allow-private and --deadline can only be used with --online",
        ),
        (
            ["responders", "--deadline", "1"],
            "--allow-private and --deadline can only be used with --check",
        ),
        *(
            ([*command, "--deadline", wrong], "--deadline must be a number of seconds")
            for command in (["lint", "--online"], ["responders", "--check"])
            for wrong in ("0", "-1", "soon", "nan", "inf", "1e9")
        ),
    ],
)
def test_wrong_usage_is_2(lab: Lab, words: list[str], message: str) -> None:
    with configuration(lab) as httpd:
        done = run(*words, httpd.root / "httpd.conf")
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
