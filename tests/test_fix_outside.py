"""Files that fix may not edit: it repairs the rest, and uses other files if it can."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from apachestaple.discovery.locate import locate
from apachestaple.fix.editing.editable import own_folders
from apachestaple.httpd.layout import Options
from apachestaple.rules.rule import CACHE, tls_host
from tests.command.run import run
from tests.lab.handshake import handshake

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from tests.lab.play import Lab
    from tests.lab.server import Httpd

ERRORS_OFF = "SSLStaplingReturnResponderErrors off\nSSLStaplingFakeTryLater off\n"
SETTINGS = CACHE + ERRORS_OFF


@dataclass
class Server:
    """An httpd, a folder outside of its server root, and the state folder of fix."""

    httpd: Httpd
    outside: Path
    state: Path

    def fix(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        main = self.httpd.root / "httpd.conf"
        words = ("--root", "/", "--configtest", "never", *arguments)
        return run("fix", main, *words, env={"XDG_STATE_HOME": str(self.state)})

    def text(self, name: str) -> str:
        return (self.httpd.root / name).read_text()

    def staples(self, *names: str) -> list[str | None]:
        """Start httpd, and return what each host staples."""
        assert self.httpd.start(), self.httpd.log
        made = [handshake(self.httpd.port, name) for name in names]
        assert all(each.connected for each in made)
        return [each.staple for each in made]


@contextmanager
def server(
    lab: Lab, tmp_path: Path, main: str, outside: dict[str, str], **files: str
) -> Iterator[Server]:
    """A server whose configuration contains ``OUTSIDE`` where it names the folder outside."""
    folder = tmp_path / "outside"
    folder.mkdir()
    texts = {f"{name}.conf": text.replace("OUTSIDE", str(folder)) for name, text in files.items()}
    with lab.httpd(main.replace("OUTSIDE", str(folder)), files=texts) as httpd:
        for name, text in outside.items():
            (folder / name).write_text(httpd.with_lab_ports(text))
        yield Server(httpd, folder, tmp_path / "state")


def host(name: str, *lines: str, certificate: str = "good") -> str:
    return tls_host(*lines, certificate=certificate, name=f"{name}.example.com")


@pytest.mark.parametrize(
    ("main", "server_root", "own"),
    [
        ("etc/apache2/apache2.conf", "etc/apache2", ["etc/apache2"]),
        ("etc/httpd/conf/httpd.conf", "etc/httpd", ["etc/httpd/conf", "etc/httpd"]),
        ("usr/local/etc/apache24/httpd.conf", "usr/local", ["usr/local/etc/apache24"]),
    ],
    ids=["Debian", "RHEL", "FreeBSD"],
)
def test_the_folders_of_a_server(
    tmp_path: Path, main: str, server_root: str, own: list[str]
) -> None:
    path = tmp_path / main
    path.parent.mkdir(parents=True)
    path.write_text(f"ServerRoot {tmp_path / server_root}\n")
    start = locate(str(path), Options(root="/"))
    assert list(own_folders(start)) == [str(tmp_path / folder) for folder in own]


def test_a_file_outside_does_not_block_other_repairs(lab: Lab, tmp_path: Path) -> None:
    main = "SSLStaplingCache shmcb:logs/stapling(12345)\n" + ERRORS_OFF + host("www")
    customer = host("customer", "SSLUseStapling on", certificate="no-ocsp")
    included = "IncludeOptional OUTSIDE/*.conf\n"
    with server(lab, tmp_path, main + included, {"customer.conf": customer}) as served:
        before = (served.outside / "customer.conf").read_text()
        done = served.fix()
        assert done.returncode == 1, done.stderr
        assert (served.outside / "customer.conf").read_text() == before
        assert "shmcb:logs/stapling(131072)" in served.text("site.conf")
        (refusal,) = (line for line in done.stdout.splitlines() if "was not changed" in line)
        assert f"{served.outside}/customer.conf line 6 was not changed" in refusal
        assert "(stapling off for customer.example.com:" in refusal
        assert ": its certificate has no OCSP URI)" in refusal
        assert "outside of the server's folders" in refusal
        assert "--outside" in refusal
        assert served.staples("www.example.com", "customer.example.com") == ["good", None]


@pytest.mark.parametrize("good", [(), ("www",)], ids=["no host staples", "one host staples"])
def test_hosts_override_a_shared_file_outside(
    lab: Lab, tmp_path: Path, good: tuple[str, ...]
) -> None:
    shared = {"options.conf": "SSLUseStapling on\nSSLSessionTickets off\n"}
    wrong = ("a", "b", "c")
    files = {
        **{n: host(n, "Include OUTSIDE/options.conf", certificate="no-ocsp") for n in wrong},
        **{name: host(name, "Include OUTSIDE/options.conf") for name in good},
    }
    main = SETTINGS + "".join(f"Include {name}.conf\n" for name in files)
    with server(lab, tmp_path, main, shared, **files) as served:
        done = served.fix()
        assert done.returncode == 0, done.stdout
        assert "Refusals" not in done.stdout
        assert (served.outside / "options.conf").read_text() == shared["options.conf"]
        for name in wrong:
            assert served.text(f"{name}.conf").endswith("    SSLUseStapling off\n</VirtualHost>\n")
        names = [f"{name}.example.com" for name in (*good, *wrong)]
        assert served.staples(*names) == [*("good" for _ in good), None, None, None]
        assert "AH02218" not in served.httpd.log
        assert "Nothing to repair" in served.fix().stdout


def test_settings_of_a_host_that_cannot_be_turned_off_stay(lab: Lab, tmp_path: Path) -> None:
    settings = "SSLStaplingReturnResponderErrors off\n"
    main = f"{SETTINGS}SSLUseStapling on\n{host('www')}Include OUTSIDE/customer.conf\n"
    customer = host("customer", "Include settings.conf", certificate="no-ocsp")
    outside = {"customer.conf": customer}
    with server(lab, tmp_path, main, outside, settings=settings) as served:
        done = served.fix()
        assert done.returncode == 1, done.stderr
        assert "customer.conf line" in done.stdout.partition("Refusals")[2]
        assert served.text("settings.conf") == settings
        assert served.staples("www.example.com", "customer.example.com") == ["good", None]


def test_a_host_outside_keeps_its_setting(lab: Lab, tmp_path: Path) -> None:
    """One line in the main server would be shorter, but would turn it on for the host outside."""
    main = f"{SETTINGS}{host('a')}{host('b')}{host('c')}Include OUTSIDE/other.conf\n"
    outside = {"other.conf": host("other", certificate="no-ocsp")}
    with server(lab, tmp_path, main, outside) as served:
        done = served.fix()
        assert done.returncode == 0, done.stdout
        assert served.text("site.conf").count("    SSLUseStapling on\n") == 3
        assert served.text("site.conf").count("SSLUseStapling") == 3
        names = [f"{name}.example.com" for name in ("a", "b", "c", "other")]
        assert served.staples(*names) == ["good", "good", "good", None]
        assert "AH02218" not in served.httpd.log


def test_the_main_server_turns_stapling_on_for_hosts_outside(lab: Lab, tmp_path: Path) -> None:
    outside = {"other.conf": host("other") + host("more")}
    with server(lab, tmp_path, SETTINGS + "Include OUTSIDE/other.conf\n", outside) as served:
        assert served.fix().returncode == 0
        assert (served.outside / "other.conf").read_text().count("SSLUseStapling") == 0
        assert served.staples("other.example.com", "more.example.com") == ["good", "good"]


def test_new_lines_are_not_placed_next_to_lines_outside(lab: Lab, tmp_path: Path) -> None:
    main = "Include OUTSIDE/tls.conf\n" + host("www", "SSLUseStapling on")
    outside = {"tls.conf": "SSLSessionCache shmcb:logs/session(512000)\n"}
    with server(lab, tmp_path, main, outside) as one:
        done = one.fix()
        assert done.returncode == 0, done.stdout
        assert (one.outside / "tls.conf").read_text() == outside["tls.conf"]
        assert one.staples("www.example.com") == ["good"]


def test_a_shared_line_outside_is_changed_with_the_option(lab: Lab, tmp_path: Path) -> None:
    shared = {"options.conf": "SSLUseStapling on\n"}
    files = {n: host(n, "Include OUTSIDE/options.conf", certificate="no-ocsp") for n in "ab"}
    main = SETTINGS + "Include a.conf\nInclude b.conf\n"
    with server(lab, tmp_path, main, shared, **files) as served:
        assert served.fix("--outside").returncode == 0
        assert not (served.outside / "options.conf").read_text().strip()


def test_the_chain_overrides_that_of_a_shared_file_outside(lab: Lab, tmp_path: Path) -> None:
    shared = {"options.conf": "SSLUseStapling on\nSSLCertificateChainFile certs/twin.pem\n"}
    included = "Include OUTSIDE/options.conf"
    main = (
        SETTINGS
        + host("a", included, certificate="leaf-only")
        + host("b", "SSLUseStapling on", "SSLCACertificateFile certs/chain.pem")
    )
    with server(lab, tmp_path, main, shared) as served:
        served.fix("--unsafe")
        assert (served.outside / "options.conf").read_text() == shared["options.conf"]
        assert "    SSLCertificateChainFile certs/chain.pem\n</VirtualHost>" in served.text(
            "site.conf"
        )
        assert served.staples("a.example.com") == ["good"]


def test_files_below_the_path_are_edited_and_those_that_only_an_include_names_are_not(
    lab: Lab, tmp_path: Path
) -> None:
    found = host("found", "SSLUseStapling on", certificate="no-ocsp")
    included = host("included", "SSLUseStapling on", certificate="no-ocsp")
    main = f"{SETTINGS}Include OUTSIDE/found.conf\nInclude OUTSIDE/included.txt\n"
    outside = {"found.conf": found, "included.txt": included}
    with server(lab, tmp_path, main, outside) as served:
        words = ("--root", "/", "--configtest", "never", served.outside)
        env = {"XDG_STATE_HOME": str(served.state)}
        done = run("fix", served.httpd.root / "httpd.conf", *words, env=env)
        assert done.returncode == 1, done.stderr
        assert "SSLUseStapling" not in (served.outside / "found.conf").read_text()
        assert "SSLUseStapling on" in (served.outside / "included.txt").read_text()
        assert "included.txt line" in done.stdout.partition("Refusals")[2]
        assert served.staples("found.example.com", "included.example.com") == [None, None]
