"""probe: many servers, several configurations, every address, proxies, repeats and retries."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from apachestaple.network.route import Proxy, Route, parse_proxy
from apachestaple.probing.probe import Prober, certificates_of
from apachestaple.probing.targets import Target
from apachestaple.rules.rule import CACHE, tls_host
from tests.command.run import run
from tests.lab.raw import RawServer
from tests.lab.server import MODULES
from tests.project import ROOT
from tests.schemas import PROBE, checked
from tests.test_probe import ON, RECORD, say, trusted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.lab.play import Lab
    from tests.lab.raw import Behaviour
    from tests.lab.server import Httpd


@pytest.fixture(scope="module")
def server(lab: Lab) -> Iterator[Httpd]:
    with lab.httpd(f"{CACHE}{ON}\n{tls_host()}") as httpd:
        assert httpd.start()
        yield httpd


def test_targets_of_a_file_and_of_standard_input(server: Httpd, lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "targets"
    file.write_text(f"# all\na.example.com:{server.port}\n\nb.example.com:{server.port} # b\n")
    words = ("--address", "127.0.0.1", "--cafile", trusted(lab), "--format", "json")
    done = run("probe", "--targets", file, f"c.example.com:{server.port}", *words)
    names = [document["servername"] for document in checked(done.stdout, PROBE)]
    assert (done.returncode, sorted(names)) == (0, [f"{name}.example.com" for name in "abc"])
    with file.open() as stdin:
        command = [sys.executable, "-m", "apachestaple", "probe", "--targets", "-", *words]
        piped = subprocess.run(
            command, cwd=ROOT, stdin=stdin, capture_output=True, text=True, check=False
        )
    found = [document["servername"] for document in checked(piped.stdout, PROBE)]
    assert found == ["a.example.com", "b.example.com"]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", 2, "no server to probe"),
        ("# none\n", 2, "no server to probe"),
        ("# all\na\na b\n", 2, "targets:3: use HOST or HOST:PORT, not 'a b'"),
        ("a:0\n", 2, "targets:1: invalid port 0"),
        ("\ufeff# a byte order mark\r\n", 2, "no server to probe"),
        ("\udcff\n", 2, "is not a valid name"),
    ],
)
def test_a_list_that_cannot_be_used(tmp_path: Path, text: str, code: int, words: str) -> None:
    file = tmp_path / "targets"
    file.write_text(text, errors="surrogateescape")
    done = run("probe", "--targets", file)
    assert done.returncode == code
    assert words in done.stderr
    assert "internal error" not in done.stderr


def test_several_configurations_are_compared(lab: Lab) -> None:
    first = lab.httpd(f"{CACHE}{ON}\n{tls_host(name='a.example.com')}")
    second = lab.httpd(f"{CACHE}{ON}\n{tls_host(name='b.example.com', certificate='other')}")
    with first, second:
        assert first.start()
        assert second.start()
        done = run(
            "probe",
            *("--from", first.root / "httpd.conf", "--from", second.root / "httpd.conf"),
            *("--address", "127.0.0.1", "--cafile", trusted(lab), "--format", "json"),
        )
    one, two = checked(done.stdout, PROBE)
    assert done.returncode == 0, done.stdout
    assert (one["servername"], two["servername"]) == ("a.example.com", "b.example.com")
    assert (one["verdict"], two["verdict"]) == ("ok", "ok")


def test_every_address_of_a_name_is_probed(lab: Lab) -> None:
    addresses = {str(info[4][0]) for info in socket.getaddrinfo("localhost", 443)}
    words = (f"localhost:{lab.dead.number}", "--all-addresses", "--format", "json")
    found = checked(run("probe", *words).stdout, PROBE)
    assert len(found) == len(addresses)
    assert {each for each in addresses if any(each in one["error"] for one in found)} == addresses
    four = checked(run("probe", *words, "-4").stdout, PROBE)
    assert ["127.0.0.1" in one["error"] for one in four] == [True]


def test_one_version_of_ip_is_used(server: Httpd) -> None:
    target = Target("127.0.0.1", server.port, "www.example.com")
    assert Prober(route=Route(version=4)).probe(target).status == "good"
    assert "does not resolve" in (Prober(route=Route(version=6)).probe(target).failure or "")


def test_a_server_is_probed_again_and_the_last_time_counts(server: Httpd, lab: Lab) -> None:
    words = ("--address", "127.0.0.1", "--cafile", trusted(lab))
    again = ("--repeat", "3", "--interval", "0.01")
    done = run("probe", f"www.example.com:{server.port}", *words, *again, "--format", "json")
    (document,) = checked(done.stdout, PROBE)
    assert (document["earlier"], document["staple"]["status"]) == (["good", "good"], "good")
    text = run("probe", f"www.example.com:{server.port}", *words, *again).stdout
    assert "    earlier      good, good\n" in text


def test_an_interval_needs_repeated_probes() -> None:
    done = run("probe", "www.example.com", "--interval", "5")
    assert done.returncode == 2
    assert "--interval can only be used with --repeat" in done.stderr


# -- retries ------------------------------------------------------------------------------------


def test_a_handshake_that_fails_is_repeated_only_if_asked_for(
    server: Httpd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apachestaple.probing.probe._PAUSE", 0.01)
    refused = 4

    def relay(connection: socket.socket) -> None:
        nonlocal refused
        refused -= 1
        if refused >= 0:
            return
        with socket.create_connection(("127.0.0.1", server.port)) as behind:
            behind.sendall(connection.recv(4096))
            while chunk := behind.recv(65536):
                connection.sendall(chunk)

    with RawServer(relay) as flaky:
        target = Target("127.0.0.1", flaky.port, "www.example.com")
        # Each attempt makes a handshake with a status request, and one without.
        assert Prober().probe(target).failure == "the server closed the connection"
        assert refused == 2
        assert Prober(retries=1).probe(target).status == "good"


def test_a_server_that_may_not_be_connected_to_is_not_tried_again() -> None:
    target = Target("127.0.0.1", 9, None)
    begin = time.monotonic()
    served = Prober(retries=5, only_public=[target]).probe(target)
    assert not served.conclusive
    assert time.monotonic() - begin < 5


# -- proxies ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def proxy(lab: Lab, server: Httpd) -> Iterator[Httpd]:
    """An httpd that connects to the server, and to nothing else."""
    modules = "".join(
        f"LoadModule {name}_module {MODULES}/mod_{name}.so\n" for name in ("proxy", "proxy_connect")
    )
    text = f"{modules}ProxyRequests on\nAllowCONNECT {server.port}\nListen 8080\n"
    with lab.httpd(text) as httpd:
        assert httpd.start()
        yield httpd


def test_a_server_behind_a_proxy(server: Httpd, proxy: Httpd, lab: Lab) -> None:
    url = f"http://127.0.0.1:{proxy.ports[8080]}"
    target = f"127.0.0.1:{server.port}"
    words = ("--servername", "www.example.com", "--cafile", trusted(lab), "--proxy", url)
    done = run("probe", target, *words, "--format", "json")
    (document,) = checked(done.stdout, PROBE)
    assert (done.returncode, document["staple"]["status"]) == (0, "good")
    assert document["address"] is None, "only the proxy knows it"
    refused = run("probe", f"127.0.0.1:{lab.dead.number}", *words)
    assert refused.returncode == 2
    assert "the proxy 127.0.0.1 refuses the connection: HTTP status 403" in refused.stdout


@pytest.mark.parametrize(
    ("behave", "words"),
    [
        (say(), "closes the connection without an answer"),
        (say(b"SSH-2.0-OpenSSH\r\n\r\n\r\n"), "does not answer with HTTP"),
        (say(b"HTTP/1.1 407 Auth\r\n\r\n"), "refuses the connection: HTTP status 407"),
        (say(b"HTTP/1.1 200 x\r\n" + b"a: b\r\n" * 20000), "sends more than 65536 bytes"),
        (say(*[b"H"] * 50, pause=0.1), "does not answer in time"),
    ],
    ids=["closes", "ssh", "407", "long", "drips"],
)
def test_a_proxy_that_is_none(behave: Behaviour, words: str) -> None:
    with RawServer(behave) as server:
        route = Route(Proxy("127.0.0.1", server.port))
        begin = time.monotonic()
        served = Prober(route=route, seconds=1).probe(Target("www.example.com", 443, None))
        assert time.monotonic() - begin < 4
    assert words in (served.failure or "")


def test_credentials_are_for_the_proxy() -> None:
    heads = []

    def behave(connection: socket.socket) -> None:
        heads.append(connection.recv(4096))

    with RawServer(behave) as server:
        route = Route(parse_proxy(f"http://me:p%40ss@127.0.0.1:{server.port}"))
        served = Prober(route=route, seconds=1).probe(Target("www.example.com", 443, None))
    assert heads[0] == (
        b"CONNECT www.example.com:443 HTTP/1.1\r\nHost: www.example.com:443\r\n"
        b"Proxy-Authorization: Basic bWU6cEBzcw==\r\n\r\n"
    )
    assert "p@ss" not in (served.failure or "")


@pytest.mark.parametrize("url", ["https://x", "socks5://x", "http://", "http://x:y", "http://x/a"])
def test_a_proxy_that_cannot_be_used(url: str) -> None:
    done = run("probe", "localhost", "--proxy", url.replace("//", "//me:secret@", 1))
    assert done.returncode == 2
    assert "--proxy" in done.stderr
    assert "secret" not in done.stderr


def test_names_of_a_configuration_are_not_given_to_a_proxy(proxy: Httpd, tmp_path: Path) -> None:
    """The proxy may resolve them to private addresses."""
    main = tmp_path / "httpd.conf"
    main.write_text("<VirtualHost *:443>\nServerName a.example.com\nSSLEngine on\n</VirtualHost>\n")
    url = f"http://127.0.0.1:{proxy.ports[8080]}"
    done = run("probe", "--from", main, "--proxy", url, "--format", "json")
    (document,) = checked(done.stdout, PROBE)
    assert document["verdict"] == "unknown"
    assert "is resolved by the proxy" in document["error"]


# -- many ---------------------------------------------------------------------------------------


def test_no_more_handshakes_at_once_than_asked_for() -> None:
    lock = threading.Lock()
    now = most = 0

    def behave(connection: socket.socket) -> None:
        nonlocal now, most
        connection.recv(4096)
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.05)
        with lock:
            now -= 1

    with RawServer(behave) as server:
        targets = [Target("127.0.0.1", server.port, f"{n}.example.com") for n in range(20)]
        served = list(Prober(seconds=5).probe_all(targets, 4))
    assert len(served) == 20
    assert most <= 4


def test_a_slow_server_holds_up_no_other(server: Httpd) -> None:
    drips = say(*[bytes([byte]) for byte in RECORD * 20], pause=0.1)
    with RawServer(drips) as slow:
        targets = [Target("127.0.0.1", slow.port, None)]
        targets += [Target("127.0.0.1", server.port, f"{n}.example.com") for n in range(3)]
        order = [target for target, _ in Prober(seconds=3).probe_all(targets, 2)]
    assert order[-1] == targets[0]


def test_an_exhausted_machine_says_nothing_about_servers(tmp_path: Path) -> None:
    file = tmp_path / "targets"
    with RawServer(lambda _: time.sleep(5)) as server:
        file.write_text("".join(f"h{number}:{server.port}\n" for number in range(200)))
        command = ("probe", "--targets", str(file), "--address", "127.0.0.1", "--format", "nagios")
        done = subprocess.run(
            [
                *("prlimit", "--nofile=40", sys.executable, "-m", "apachestaple", *command),
                *("--concurrency", "100"),
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stdout) == (3, "STAPLING UNKNOWN - Too many open files\n")


def test_a_proxy_decides_about_the_version_of_ip() -> None:
    done = run("probe", "localhost:1", "--proxy", "http://127.0.0.1:1", "-6")
    assert done.returncode == 2
    assert "-4 and -6 have no effect on --proxy" in done.stderr


def test_for_its_certificate_alone_a_server_is_connected_to_once(server: Httpd) -> None:
    def relay(connection: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", server.port)) as behind:
            behind.sendall(connection.recv(4096))
            while chunk := behind.recv(65536):
                connection.sendall(chunk)

    with RawServer(relay) as counted:
        files, failures = certificates_of([Target("127.0.0.1", counted.port, "www.example.com")])
        assert ([file.leaf.subject for file in files if file.leaf], failures) == (["CN=good"], [])
        assert counted.connections == 1
