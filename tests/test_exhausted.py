"""An error of the whole system ends a command, and is not taken for one about an input file."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.killed.strace import fail_at, openings
from tests.project import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.killed.strace import Ended

# An enabled host of Debian's, and another server. fix changes both.
_FILES = {
    "a/apache2.conf": "SSLStaplingCache shmcb:x(512000)\nInclude sites-enabled/*.conf\n",
    "a/envvars": "export X=1\n",
    "a/envvars.d/x.env": "Y=1\n",
    "a/sites-enabled/x.conf": (
        "<VirtualHost *:443>\n"
        "    SSLEngine on\n"
        "    SSLCertificateFile certs/x.pem\n"
        "    SSLCertificateKeyFile certs/x.key\n"
        "    SSLUseStapling on\n"
        "</VirtualHost>\n"
    ),
    "a/certs/x.key": "not a key\n",
    "b/httpd.conf": "SSLEngine on\nSSLUseStapling on\nSSLStaplingCache shmcb:y(12345)\n",
}
_WARM = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
_ENVIRONMENT = {**_WARM, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}


class _Runs:
    """Runs of a command for a tree, in which one system call fails."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.tree = folder / "tree"
        for name, text in _FILES.items():
            path = self.tree / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        certificates = ROOT / "examples/apache2/certs"
        shutil.copy(certificates / "wiki.example.net.pem", self.tree / "a/certs/x.pem")
        self._command = [sys.executable, "-m", "apachestaple", *words, str(self.tree)]
        self._log = folder / "strace"
        only_look = [*self._command, "--diff"] if words == ("fix",) else self._command
        # Writes the bytecode of all modules, so that later runs open the same files.
        subprocess.run(only_look, env=_WARM, check=False, stdout=subprocess.DEVNULL)
        self._found, self.undisturbed = openings(only_look, self._log, _ENVIRONMENT)

    def texts(self) -> dict[str, str]:
        return {name: (self.tree / name).read_text() for name in _FILES}

    def fail(self, shown: str, error: str, number: int = 0) -> Ended:
        """Let the call with this text in it fail; ``number`` is its index among several."""
        position = [each for each in self._found if shown in each.shown][number]
        return fail_at(position, error, self._command, self._log, _ENVIRONMENT)


@pytest.fixture(scope="module")
def lints(tmp_path_factory: pytest.TempPathFactory) -> _Runs:
    return _Runs(tmp_path_factory.mktemp("lint"), "lint")


@pytest.fixture(scope="module")
def fixes(tmp_path_factory: pytest.TempPathFactory) -> _Runs:
    return _Runs(tmp_path_factory.mktemp("fix"), "fix")


def test_lint_says_nothing_about_a_file_if_there_is_no_file_descriptor(lints: _Runs) -> None:
    assert lints.undisturbed.code == 1
    for shown, number in (
        ("/dev/null", 0),
        ("pipe2(", 0),
        ('tree/a", ', 0),
        ('a/sites-enabled", ', 0),
        ('a/apache2.conf"', 0),
        ('a/apache2.conf"', 1),
        ('a/apache2.conf"', 2),
        ('a/envvars"', 0),
        ('a/envvars.d", ', 1),
        ("a/envvars.d/x.env", 0),
        ('a/sites-enabled", ', 1),
        (', "x.conf"', 0),
        ("a/certs/x.pem", 0),
        ("a/certs/x.key", 0),
    ):
        ended = lints.fail(shown, "EMFILE", number)
        assert ended.code == 2, (shown, number, ended)
        assert re.fullmatch(r"apachestaple: .*: Too many open files\n", ended.output), ended


def test_lint_goes_on_without_a_file_that_cannot_be_read(lints: _Runs) -> None:
    for shown in ("a/envvars.d/x.env", "b/httpd.conf", 'tree/b", '):
        ended = lints.fail(shown, "EIO")
        assert ended.code == 1, (shown, ended)
        assert "Input/output error" in ended.output
        assert "AS304" in ended.output, "the host in the other folder is linted"


@pytest.mark.parametrize(
    ("shown", "error"),
    [("/dev/null", "ENOSPC"), ("pipe2(", "ENFILE"), ("b/httpd.conf", "EMFILE")],
)
def test_fix_changes_nothing_if_it_cannot_read_all(fixes: _Runs, shown: str, error: str) -> None:
    before = fixes.texts()
    assert "b/httpd.conf" in fixes.undisturbed.output
    ended = fixes.fail(shown, error)
    assert ended.code == 2, ended
    assert fixes.texts() == before
