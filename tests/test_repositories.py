"""Repositories with certificates and no keys, unreadable folders, and files that change."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest

from tests.in_process import run_here
from tests.lab.ca import Authority
from tests.lab.certificates import standard_certificates
from tests.test_discovery import BAD_TIMEOUT, MAIN, host, linted, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RESPONDER = "http://ocsp.example.com"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A checkout; nothing above it is read."""
    (tmp_path / "repository/.git").mkdir(parents=True)
    return tmp_path / "repository"


def test_a_repository_with_certificates_and_no_keys_is_judged(repository: Path) -> None:
    """A key that is not in the repository is on the server."""
    folder = repository / "etc/apache2/certs"
    folder.mkdir(parents=True)
    authority = Authority(folder, RESPONDER, write_keys=False)
    standard_certificates(authority, RESPONDER, "http://dead.example", "http://silent.example")
    assert not list(folder.glob("*.key"))
    names = ("good", "no-ocsp", "leaf-only", "must-staple")
    sites = {
        f"etc/apache2/sites-enabled/{name}.conf": host(name, f"certs/{name}.pem").replace(
            "    SSLUse", f"    SSLCertificateKeyFile private/{name}.key\n    SSLUse"
        )
        for name in names
    }
    main = (
        "LoadModule ssl_module m.so\nLoadModule socache_shmcb_module m.so\nListen 443\n"
        "SSLStaplingCache shmcb:/run/ocsp(262144)\nIncludeOptional sites-enabled/*.conf\n"
    )
    write(repository, {**sites, "etc/apache2/apache2.conf": f"ServerRoot /etc/apache2\n{main}"})
    report = linted(repository)
    staples = {each["name"]: each["staples"] for each in report["hosts"]}
    assert staples == {
        "good:443": True,
        "no-ocsp:443": False,
        "leaf-only:443": False,
        "must-staple:443": True,
    }
    files = {each["rule"]: each["certificate"] for each in report["findings"]}
    assert files["AS304"] == "etc/apache2/certs/no-ocsp.pem"
    assert files["AS305"] == "etc/apache2/certs/leaf-only.pem"
    assert report["summary"]["certificates"] == len(names)
    assert all(each["severity"] != "error" for each in report["findings"])


def test_an_unreadable_folder_is_named_and_the_rest_is_linted(repository: Path) -> None:
    write(
        repository,
        {
            "open/a.conf": BAD_TIMEOUT + host(),
            "closed/b.conf": host("closed"),
            "one/httpd.conf": MAIN + "IncludeOptional sites/*.conf\n",
            "one/sites/c.conf": host("c"),
            "two/httpd.conf": MAIN,
        },
    )
    for path in ("closed", "one/sites", "two/httpd.conf"):
        (repository / path).chmod(0)
    # Root may read everything, so it becomes somebody else, once a first run has loaded everything.
    program = f"""
import os, sys
from apachestaple.cli.app import app
os.chdir({str(repository)!r})
words = ["lint", "--isolated", "--format", "json", "--verbose"]
sys.stdout = sys.stderr = open(os.devnull, "w")
app([*words, "open"], standalone_mode=False)
sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
if os.geteuid() == 0:
    os.seteuid(65534)
sys.exit(app([*words, "."], standalone_mode=False))
"""
    for folder in repository.parents:
        mode = folder.stat().st_mode
        if mode & 0o055 != 0o055:
            folder.chmod(mode | 0o055)
    command = [sys.executable, "-c", program]
    try:
        done = subprocess.run(command, capture_output=True, check=False, text=True)
    finally:
        for path in ("closed", "one/sites"):
            (repository / path).chmod(0o755)
    assert "Traceback" not in done.stderr
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert [each["file"] for each in report["findings"] if each["rule"] == "AS110"] == [
        "open/a.conf"
    ]
    for path in ("closed", "one/sites", "two/httpd.conf"):
        assert f"{repository}/{path}: Permission denied" in done.stderr


@contextmanager
def changing(path: Path, *texts: str | None) -> Iterator[None]:
    """A file that somebody else writes in place, replaces and removes, over and over."""
    is_over = Event()

    def change() -> None:
        new = path.with_suffix(".new")
        while not is_over.is_set():
            for text in texts:
                if text is None:
                    path.unlink(missing_ok=True)
                else:
                    path.write_text(text)
                    new.write_text(text * 2)
                    os.replace(new, path)

    thread = Thread(target=change)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def test_files_may_change_while_they_are_read(repository: Path) -> None:
    write(
        repository,
        {
            "stable/httpd.conf": MAIN + BAD_TIMEOUT + host(),
            "moving/httpd.conf": MAIN + "Include sites/a.conf\n",
            "moving/sites/a.conf": host("a"),
            "sites-available/b.conf": host("b"),
        },
    )
    long = "".join(map(host, map(str, range(300))))
    with (
        changing(repository / "moving/sites/a.conf", long, "", None),
        changing(repository / "moving/httpd.conf", MAIN, f"{MAIN}# \\\n", None),
        changing(repository / "sites-available/b.conf", long, "\0", None, "<VirtualHost"),
    ):
        for _ in range(8):
            done = run_here("lint", "--format", "json", ".", cwd=repository)
            assert done.returncode == 1, done.stderr
            report = json.loads(done.stdout)
            places = {(each["rule"], each["file"]) for each in report["findings"]}
            assert ("AS110", "stable/httpd.conf") in places
