"""What fix will not do: it says why, and repairs the rest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from apachestaple.rules.rule import CACHE, tls_host
from tests.command.run import run as run_command

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.lab.play import Lab

LOADED = "LoadModule ssl_module modules/mod_ssl.so\n"


def written(folder: Path, text: str, **files: str) -> Path:
    """A server root with a main file, and further files that it includes."""
    main = folder / "httpd.conf"
    includes = "".join(f"Include {name}.conf\n" for name in files)
    main.write_text(f"ServerRoot {folder}\n{LOADED}{includes}{text}")
    for name, content in files.items():
        (folder / f"{name}.conf").write_text(content)
    return main


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"XDG_STATE_HOME": str(folder / "state")}
    return run_command(*arguments, folder / "httpd.conf", env=environment)


def refusals(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode in (0, 1), done.stdout + done.stderr
    assert done.stderr == ""
    _, heading, rest = done.stdout.partition("Refusals:\n")
    return re.split(r"^\d+ remaining findings?:$", rest, flags=re.MULTILINE)[0] if heading else ""


@pytest.mark.parametrize("count", [1000, 5000])
@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("<IfModule ssl_module>", "</IfModule>"),
        ("<VirtualHost *:443>", "</VirtualHost>"),
        ('<If "true">', "</If>"),
    ],
)
def test_sections_may_be_nested_deeply(
    tmp_path: Path, opening: str, closing: str, count: int
) -> None:
    lines = "SSLUseStaping on\nSSLStaplingCache shmcb:x(1)\n"
    written(tmp_path, f"{opening}\n" * count + lines + f"{closing}\n" * count)
    for command in (("lint",), ("fix",), ("fix", "--disable")):
        done = run(tmp_path, *command)
        assert done.returncode in (0, 1), done.stderr
        assert "Traceback" not in done.stderr


def test_a_file_that_ends_in_a_backslash_is_left_alone(tmp_path: Path) -> None:
    ends = "SSLUseStaplin off\nTimeout 5\\"
    written(tmp_path, "", one=ends, two="SSLUseStaplin off\n")
    done = run(tmp_path, "fix")
    assert f"{tmp_path}/one.conf line 1 was not changed" in refusals(done)
    assert "the file ends in a backslash" in refusals(done)
    assert (tmp_path / "one.conf").read_text() == ends
    assert (tmp_path / "two.conf").read_text() == "SSLUseStapling off\n"
    assert "AS101" in done.stdout


def test_a_last_line_that_ends_in_a_backslash_is_no_crash(tmp_path: Path) -> None:
    main = written(tmp_path, "SSLUseStaplin on\\")
    before = main.read_text()
    assert run(tmp_path, "fix").returncode == 1
    assert main.read_text() == before


def test_a_name_that_continues_on_the_next_line_stays(tmp_path: Path) -> None:
    main = written(tmp_path, "SSLUse\\\nStaplin on\nSSLStaplingCach shmcb:x\n")
    done = run(tmp_path, "fix")
    assert f"{main} line 3 was not changed: the name continues on the next line" in refusals(done)
    assert "SSLUse\\\nStaplin on\nSSLStaplingCache shmcb:x\n" in main.read_text()


def test_a_name_from_a_variable_stays(tmp_path: Path) -> None:
    main = written(tmp_path, "Define X Staplin\nSSLUse${X} on\n")
    before = main.read_text()
    assert "was not changed: its value is from a" in refusals(run(tmp_path, "fix"))
    assert main.read_text() == before


@pytest.mark.parametrize("loaded", ["", "LoadModule mpm_event_module modules/mod_mpm_event.so\n"])
def test_of_a_copy_without_the_lines_that_load_modules_no_module_is_missed(
    tmp_path: Path, loaded: str
) -> None:
    (tmp_path / "httpd.conf").write_text(
        f"ServerRoot {tmp_path}\n{loaded}SSLStaplingCache dbm:x\nSSLUseStapling off\n"
    )
    done = run(tmp_path, "fix")
    assert refusals(done) == ""
    assert ("not installed" in done.stdout) == bool(loaded)


def test_no_line_is_added_to_a_main_file_that_ends_within_a_section(tmp_path: Path) -> None:
    host = tls_host("SSLUseStapling on")
    written(tmp_path, f"{host}<VirtualHost *:80>\n")
    done = run(tmp_path, "fix", "--configtest", "never")
    assert "<VirtualHost> was not closed" in refusals(done)
    assert "SSLStaplingCache" not in (tmp_path / "httpd.conf").read_text()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "Define OCSP https://ocsp.example.com/\n"
            + tls_host("SSLUseStapling on", "SSLStaplingForceURL ${OCSP}"),
            "SSLStaplingForceURL ${OCSP}",
        ),
        (
            "Define SECONDS 0\n"
            + tls_host("SSLUseStapling on", "SSLStaplingResponderTimeout ${SECONDS}"),
            "SSLStaplingResponderTimeout ${SECONDS}",
        ),
        (
            "Define CHAIN certs/namesake.pem\n"
            + tls_host("SSLUseStapling on", "SSLCertificateChainFile ${CHAIN}"),
            "SSLCertificateChainFile ${CHAIN}",
        ),
    ],
    ids=["responder", "timeout", "chain"],
)
def test_a_line_whose_value_is_from_a_variable_stays(
    lab: Lab, tmp_path: Path, text: str, line: str
) -> None:
    with lab.httpd(CACHE + text) as httpd:
        done = run_command(
            *("fix", httpd.root / "httpd.conf", "--configtest", "never"),
            env={"XDG_STATE_HOME": str(tmp_path)},
        )
        before, found, _ = (httpd.root / "site.conf").read_text().partition(line)
        assert found
        number = before.count("\n") + 1
        assert f"site.conf line {number} was not changed: its value is from a" in refusals(done)
