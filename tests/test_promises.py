"""probe --from: where a running server differs from what its configuration promises."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from apachestaple.cli.errors import exit_code
from apachestaple.cli.options import Common
from apachestaple.cli.probe import probe
from apachestaple.cli.probing import Client, Expected
from apachestaple.discovery.starts import find_start
from apachestaple.httpd import machine
from apachestaple.mod_ssl.reading import read_site
from apachestaple.probing.promises import target_of
from apachestaple.probing.targets import Target
from apachestaple.rules.rule import CACHE, tls_host
from apachestaple.settings import Settings
from tests.command.run import run
from tests.lab.raw import RawServer
from tests.schemas import PROBE, checked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from tests.lab.play import Lab
    from tests.lab.server import Httpd


ON = "SSLUseStapling on"


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
    where = ("--from", copy / "httpd.conf", "--address", "127.0.0.1", "--no-verify")
    done = run("probe", *where, "--format", "json")
    return done.returncode, checked(done.stdout, PROBE)


def edit(copy: Path, old: str, new: str) -> None:
    site = copy / "site.conf"
    text = site.read_text()
    assert old in text
    site.write_text(text.replace(old, new, 1))


def test_a_server_that_runs_as_configured(two: tuple[Httpd, Path]) -> None:
    code, (first, second) = compared(two[1])
    assert (code, first["differs"], second["differs"]) == (0, [], [])
    assert first["servername"] == "a.example.com"
    assert second["chain"][0]["subject"] == "CN=other"


def test_a_certificate_that_was_renewed_and_not_loaded(lab: Lab, two: tuple[Httpd, Path]) -> None:
    renewed = lab.authority.issue("renewed", subject="good")
    shutil.copy(renewed.cert, two[1] / "certs/good.pem")
    code, (first, second) = compared(two[1])
    assert code == 1
    assert "httpd was not reloaded since that file was written" in first["differs"][0]
    assert second["verdict"] == "ok"


def test_another_certificate_altogether(two: tuple[Httpd, Path]) -> None:
    edit(two[1], "certs/good.pem", "certs/rsa.pem")
    code, (first, _) = compared(two[1])
    assert code == 1
    assert "the certificate of CN=good was sent, and not the one in" in first["differs"][0]


def test_a_host_that_another_answers_for(two: tuple[Httpd, Path]) -> None:
    edit(two[1], "ServerName b.example.com", "ServerName c.example.com")
    code, (_, second) = compared(two[1])
    assert code == 1
    assert "the certificate of a.example.com" in second["differs"][0]


def test_a_staple_that_cannot_be_predicted_is_no_difference(two: tuple[Httpd, Path]) -> None:
    # Without the certificate, it is not known whether the host staples.
    (two[1] / "certs/good.pem").unlink()
    code, (first, _) = compared(two[1])
    assert first["staple"]["status"] == "good"
    assert (code, first["verdict"]) == (0, "ok")


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
    (host,) = read_site(find_start(str(tmp_path / "httpd.conf"), Settings())).tls_hosts
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


def one_host(folder: Path, address: str, name: str = "a.example.com") -> Path:
    main = folder / "httpd.conf"
    host = f"<VirtualHost {address}>\nServerName {name}\nSSLEngine on\n</VirtualHost>\n"
    main.write_text(host)
    return main


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("127.0.0.1", "a.example.com"),
        ("*", "localhost"),
        ("*", "127.1"),
        ("[::ffff:127.0.0.1]", "a.example.com"),
    ],
)
def test_a_repository_has_no_server_on_this_machine_probed(
    tmp_path: Path, address: str, name: str
) -> None:
    with RawServer(lambda _: None) as server:
        main = one_host(tmp_path, f"{address}:{server.port}", name)
        words = ("probe", "--from", main, "--timeout", "2", "--format", "json")
        done = run(*words)
        assert (done.returncode, server.connections) == (2, 0)
        (document,) = checked(done.stdout, PROBE)
        assert "not probed: it resolves to the loopback address" in document["error"]
        run(*words, "--allow-private")
        allowed = server.connections
        run(*words, "--address", "127.0.0.1")
        addressed = server.connections
        run(*words, f"127.0.0.1:{server.port}")
        assert 0 < allowed < addressed < server.connections


def test_the_servers_of_this_machine_s_own_configuration_may_be_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = machine.installed()
    assert found is not None
    with RawServer(lambda _: None) as server:
        main = one_host(tmp_path, f"127.0.0.1:{server.port}")
        own = found._replace(main_file=str(main))
        monkeypatch.setattr(machine, "installed", lambda: own)
        client = Client(timeout="2")
        code = exit_code(probe, Common(), Expected(), client, from_paths=[str(main)])
        assert code == 2
        assert server.connections


def test_private_addresses_are_for_configurations() -> None:
    done = run("probe", "--allow-private", "127.0.0.1:9")
    assert done.returncode == 2
    assert "--allow-private can only be used with --from" in done.stderr


def test_a_staple_that_is_missing_and_one_that_is_too_many(
    lab: Lab, two: tuple[Httpd, Path]
) -> None:
    edit(two[1], "    SSLUseStapling on\n", "    SSLUseStapling off\n")
    code, (first, second) = compared(two[1])
    assert code == 1
    assert "a staple was sent, although SSLUseStapling is off" in first["differs"][0]
    assert (first["verdict"], second["verdict"]) == ("warning", "ok")
    hosts = tls_host("SSLUseStapling off", name="a.example.com")
    with lab.httpd(CACHE + hosts) as httpd:
        assert httpd.start()
        site = httpd.root / "site.conf"
        site.write_text(site.read_text().replace("Stapling off", "Stapling on"))
        code, (only,) = compared(httpd.root)
    assert code == 1
    assert "no staple was sent, although mod_ssl staples the responses of" in only["differs"][0]


def test_a_certificate_is_compared_even_where_the_handshake_fails_for_its_status(
    lab: Lab,
) -> None:
    with lab.httpd(CACHE + tls_host(ON, name="a.example.com", certificate="https-first")) as httpd:
        assert httpd.start()
        site = httpd.root / "site.conf"
        site.write_text(site.read_text().replace("https-first", "good"))
        code, (only,) = compared(httpd.root)
    assert code == 1
    assert "fails if a status is requested" in only["error"]
    assert "the certificate of CN=https-first was sent, and not the one in" in only["differs"][0]
