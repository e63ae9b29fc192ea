"""The output of fix --diff is applied with the commands of the documentation."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.lab.server import MODULES
from tests.project import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.play import Lab

MAIN = (
    "".join(
        f"LoadModule {name}_module {MODULES}/mod_{name}.so\n"
        for name in ("mpm_event", "authz_core", "ssl", "socache_shmcb")
    )
    + "IncludeOptional conf-enabled/*.conf\nIncludeOptional sites-enabled/*.conf\n"
)
HOST = (
    "<VirtualHost *:443>\n    ServerName www.example.com\n    SSLEngine on\n"
    "    SSLCertificateFile {certificates}/good.pem\n"
    "    SSLCertificateKeyFile {certificates}/good.key\n    SSLUseStaping on\n</VirtualHost>\n"
)


@pytest.fixture
def tree(tmp_path: Path, certificates: Path) -> Path:
    """A repository with a server; fix changes a file, and creates another one and a link."""
    root = tmp_path / "repository"
    server = root / "etc/apache2"
    for folder in ("conf-available", "conf-enabled", "sites-available", "sites-enabled"):
        (server / folder).mkdir(parents=True)
    (server / "apache2.conf").write_text(MAIN)
    (server / "sites-available/a site.conf").write_text(HOST.format(certificates=certificates))
    (server / "sites-enabled/a site.conf").symlink_to("../sites-available/a site.conf")
    return root


@pytest.fixture(scope="module")
def certificates(lab: Lab) -> Path:
    return lab.certificates_folder


def shell(commands: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run commands of the documentation."""
    words = {"apachestaple": f"{sys.executable} -m apachestaple", "sudo ": ""}
    for word, replacement in words.items():
        commands = commands.replace(word, replacement)
    return subprocess.run(
        ["sh", "-c", commands],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )


def documented() -> list[str]:
    """The lines of the first block of commands about patches, and the second block."""
    text = (ROOT / "docs/explanation/fix.md").read_text()
    section = text.partition("### Patches\n")[2].partition("\n## ")[0]
    in_folder, anywhere = re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    return [*in_folder.splitlines(), anywhere]


def assert_repaired(tree: Path) -> None:
    server = tree / "etc/apache2"
    assert "SSLUseStapling on" in (server / "sites-available/a site.conf").read_text()
    assert (server / "sites-enabled/a site.conf").is_symlink()
    link = server / "conf-enabled/ocsp-stapling.conf"
    assert os.readlink(link) == "../conf-available/ocsp-stapling.conf"
    assert "SSLStaplingCache" in link.read_text()
    done = shell(f"apachestaple fix --configtest never '{tree}'", tree)
    assert "Nothing to repair" in done.stdout


@pytest.mark.parametrize("commands", documented()[:2])
@pytest.mark.parametrize("top", ["", "etc/apache2"])
def test_the_names_are_relative_to_the_working_directory(
    tree: Path, commands: str, top: str
) -> None:
    shell(commands.replace("/srv/configurations", str(tree / top)), tree)
    assert_repaired(tree)


def test_git_applies_them_in_a_repository(tree: Path) -> None:
    shell("git init -q && git add . && git -c user.name=x -c user.email=x commit -qm x", tree)
    shell("apachestaple fix --diff . | git apply --index", tree)
    changed = shell("git diff --cached --name-status HEAD", tree).stdout.splitlines()
    assert [line[0] for line in changed] == ["A", "A", "M"]
    assert_repaired(tree)


@pytest.mark.parametrize("place", ["..", "etc/apache2/sites-available", "etc/apache2/conf-enabled"])
def test_elsewhere_the_names_are_relative_to_the_root_folder(
    tree: Path, tmp_path: Path, place: str
) -> None:
    server = tree / "etc/apache2"
    commands = documented()[-1].replace("/tmp/stapling", str(tmp_path / "stapling"))
    commands = commands.replace("/etc/apache2", str(server))
    folder = tmp_path / "elsewhere" if place == ".." else tree / place
    folder.mkdir(exist_ok=True)
    assert "patch -p1 -d /" in shell(commands, folder).stderr
    assert_repaired(tree)
