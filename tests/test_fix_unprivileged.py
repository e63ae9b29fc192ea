"""fix by a user who cannot read every certificate, or cannot write."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from apachestaple.rules.rule import tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.lab.play import Lab
    from tests.lab.server import Httpd

# Root can read and write everything, so it becomes another user, after a first run has loaded all
# modules: Python itself may be in a folder that only root can read.
AS_NOBODY = """
import _strptime, contextlib, importlib, io, os, pkgutil, sys
import apachestaple
for module in pkgutil.walk_packages(apachestaple.__path__, "apachestaple."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
import filelock, platformdirs
from apachestaple.cli.app import app

state, main, *words = sys.argv[1:]
sys.argv = ["apachestaple", "fix", "--diff", main]
nothing = io.TextIOWrapper(io.BytesIO())
with contextlib.redirect_stdout(nothing), contextlib.redirect_stderr(nothing):
    with contextlib.suppress(SystemExit):
        app()
if os.geteuid() == 0:
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
os.environ["XDG_STATE_HOME"] = state
sys.argv = ["apachestaple", "fix", main, *words]
app()
"""


@pytest.fixture
def httpd(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Httpd]:
    """A server with one certificate that only its owner can read, in a folder that others enter."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "root"))
    readable = tls_host("SSLUseStapling on", name="a.example.com")
    secret = tls_host("SSLUseStapling on", certificate="no-ocsp", name="b.example.com")
    text = readable + secret.replace("certs/no-ocsp", "secret/b")
    with lab.httpd(text) as httpd:
        folder = httpd.root / "secret"
        folder.mkdir(mode=0o700)
        for ending in ("pem", "key"):
            copy = folder / f"b.{ending}"
            copy.write_bytes((httpd.root / f"certs/no-ocsp.{ending}").read_bytes())
        # As other users see it: they can read, but not write.
        httpd.root.chmod(0o755 if os.geteuid() == 0 else 0o555)
        if os.geteuid() != 0:
            folder.chmod(0)
        yield httpd
        httpd.root.chmod(0o755)
        folder.chmod(0o700)


@pytest.fixture
def state(lab: Lab, tmp_path: Path) -> Path:
    """A state folder of the other user, who cannot enter pytest's folders."""
    folder = lab.folder / f"state-{tmp_path.name}"
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(folder, 65534, 65534)
    return folder


def fix(httpd: Httpd, state: Path, *words: str) -> subprocess.CompletedProcess[str]:
    main = httpd.root / "httpd.conf"
    command = [sys.executable, "-c", AS_NOBODY, str(state), str(main), *words]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def test_a_diff_names_the_hosts_whose_certificates_cannot_be_read(
    httpd: Httpd, state: Path
) -> None:
    done = fix(httpd, state, "--diff")
    assert done.returncode == 1
    assert "+SSLStaplingCache" in done.stdout
    assert (
        f"this user cannot read the certificates of b.example.com:{httpd.port}, so it is not known "
        "whether they can be stapled; run the command again with sudo"
    ) in done.stderr
    assert f"b.example.com:{httpd.port}: unknown: " in done.stderr


def test_who_may_not_write_is_told_so_in_one_sentence(httpd: Httpd, state: Path) -> None:
    before = (httpd.root / "site.conf").read_bytes()
    done = fix(httpd, state)
    assert done.returncode == 2
    assert (done.stdout, done.stderr) == (
        "",
        f"apachestaple: this user may not write in {httpd.root}; nothing was changed; "
        "run the command again with sudo\n",
    )
    assert (httpd.root / "site.conf").read_bytes() == before
    assert sorted(path.name for path in (state / "apachestaple").iterdir()) == ["fix.lock"]


def test_who_has_no_place_for_the_journal_is_told_so(httpd: Httpd, state: Path) -> None:
    state.chmod(0o500)
    refused = fix(httpd, state)
    assert refused.returncode == 2
    assert refused.stderr.startswith("apachestaple: journal and lock cannot be written (")
    assert refused.stderr.endswith("; nothing was changed; run the command again with sudo\n")


def test_who_has_no_backup_is_told_that_root_may_have_one(httpd: Httpd, state: Path) -> None:
    done = fix(httpd, state, "--undo")
    assert done.returncode == 2
    assert done.stderr.endswith("; nothing was changed; the backups of root need sudo\n")
