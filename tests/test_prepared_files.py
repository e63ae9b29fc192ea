"""A file about stapling in conf-available that is not enabled: fix enables it if it fits."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from apachestaple.rules.rule import tls_host
from tests.lab.handshake import handshake
from tests.test_leftovers import AVAILABLE, ENABLED, IN_A, A, B, fix, lines, server

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.play import Lab

PREPARED = (
    "# a2enconf when the firewall is open\n"
    "SSLStaplingCache shmcb:logs/ocsp(128000)\n"
    "SSLStaplingReturnResponderErrors off\nSSLStaplingFakeTryLater off\n"
)
SITES = {"sites-enabled/a.conf": A, "sites-enabled/b.conf": B}
C = tls_host(name="c.example.com")
LOCAL = "conf-available/ocsp-stapling-local.conf"


@pytest.mark.parametrize(
    "files",
    [{"sites-enabled/a.conf": A}, {"sites-enabled/a.conf": IN_A}],
    ids=["on by fix", "on before"],
)
def test_a_prepared_file_is_enabled(lab: Lab, tmp_path: Path, files: dict[str, str]) -> None:
    others = {"conf-available/charset.conf": "AddDefaultCharset UTF-8\n"}
    with server(lab, {**others, **files, AVAILABLE: PREPARED}) as httpd:
        fix(httpd, tmp_path)
        assert os.readlink(httpd.root / ENABLED) == "../conf-available/ocsp-stapling.conf"
        assert (httpd.root / AVAILABLE).read_text() == PREPARED
        assert len(lines(httpd, "SSLStaplingCache")) == 1
        assert httpd.start(), httpd.log
        assert handshake(httpd.port, "a.example.com").good
        assert "Nothing to repair" in fix(httpd, tmp_path).stdout
        fix(httpd, tmp_path, "--undo")
        assert not (httpd.root / ENABLED).is_symlink()


@pytest.mark.parametrize("switch", ["", "SSLUseStapling On\n"])
def test_a_prepared_file_gets_the_switch_of_the_main_server(
    lab: Lab, tmp_path: Path, switch: str
) -> None:
    files = {**SITES, "sites-enabled/c.conf": C, "conf-enabled/tls.conf": "SSLProtocol all\n"}
    name = "conf-available/stapling.conf"
    with server(lab, {**files, name: PREPARED + switch}) as httpd:
        fix(httpd, tmp_path)
        assert (httpd.root / "conf-enabled/stapling.conf").is_symlink()
        (line,) = lines(httpd, "SSLUseStapling")
        assert line.lower() == f"{name}: sslusestapling on"
        assert (httpd.root / "conf-enabled/tls.conf").read_text() == "SSLProtocol all\n"
        assert httpd.start(), httpd.log
        assert all(handshake(httpd.port, f"{name}.example.com").good for name in "abc")
        assert "Nothing to repair" in fix(httpd, tmp_path).stdout


UNFIT = {
    "another directive": "SSLStaplingCache shmcb:logs/ocsp(128000)\nSSLProtocol all\n",
    "a virtual host": f"SSLStaplingCache shmcb:logs/ocsp(128000)\n{C}",
    "a responder": "SSLStaplingCache shmcb:logs/o(128000)\nSSLStaplingForceURL http://127.0.0.1/\n",
    "a fatal cache": "SSLStaplingCache shmcb:logs/ocsp(12345)\n",
    "a provider that is not loaded": "SSLStaplingCache redis:127.0.0.1\n",
    "stapling off": "SSLStaplingCache shmcb:logs/ocsp(128000)\nSSLUseStapling off\n",
    "an error": "SSLStaplingCache shmcb:logs/ocsp(128000)\n</IfModule>\n",
    "a wrong value": "SSLStaplingCache shmcb:logs/ocsp(128000)\nSSLStaplingFakeTryLater no\n",
    "no cache": "SSLStaplingFakeTryLater off\n",
    "nothing": "# SSLStaplingCache shmcb:logs/ocsp(128000)\n",
}


@pytest.mark.parametrize("case", UNFIT)
def test_a_file_that_says_something_else_stays(lab: Lab, tmp_path: Path, case: str) -> None:
    files = {"sites-enabled/a.conf": IN_A, "sites-enabled/b.conf": B, AVAILABLE: UNFIT[case]}
    with server(lab, files) as httpd:
        before = (httpd.root / AVAILABLE).read_text()
        fix(httpd, tmp_path)
        assert (httpd.root / AVAILABLE).read_text() == before
        assert not (httpd.root / ENABLED).is_symlink()
        assert "SSLStaplingCache" in (httpd.root / LOCAL).read_text()
        assert (httpd.root / "conf-enabled/ocsp-stapling-local.conf").is_symlink()
        assert httpd.start(), httpd.log
        assert all(handshake(httpd.port, f"{name}.example.com").good for name in "ab")
        assert "Nothing to repair" in fix(httpd, tmp_path).stdout
