"""fix --output writes a tree that can be compared with the original."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.command.run import run
from tests.project import ROOT
from tests.test_patches import HOST, MAIN, shell

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.play import Lab

SNIPPET = "ocsp-stapling.conf"


@pytest.fixture
def repository(tmp_path: Path, lab: Lab) -> Path:
    """Two servers, one of them with all kinds of links."""
    top = tmp_path / "repository"
    (top / ".git").mkdir(parents=True)
    host = HOST.format(certificates=lab.certificates_folder)
    for name in ("web1", "web2"):
        server = top / name / "etc/apache2"
        for folder in ("conf-available", "conf-enabled", "sites-available"):
            (server / folder).mkdir(parents=True)
        (server / "apache2.conf").write_text(MAIN)
        (server / "sites-available/site.conf").write_text(host)
        (server / "envvars").write_text("export LANG=C\n")
    plain, linked = (top / name / "etc/apache2" for name in ("web1", "web2"))
    (plain / "sites-enabled").mkdir()
    (plain / "sites-enabled/site.conf").symlink_to("../sites-available/site.conf")
    # A link to a folder, a link to a link, an absolute link, and one that leads out and in again.
    (linked / "sites-enabled").symlink_to("sites-available")
    (linked / "sites-available/second.conf").symlink_to("third.conf")
    (linked / "sites-available/third.conf").symlink_to(linked / "shared/fourth.conf")
    (linked / "shared").symlink_to(f"../../../../{top.name}/web1")
    (top / "web1/fourth.conf").write_text("SSLSessionTickets off\n")
    return top


def links(top: Path) -> dict[str, str]:
    return {
        os.path.relpath(os.path.join(folder, name), top): os.readlink(os.path.join(folder, name))
        for folder, folders, names in os.walk(top)
        for name in (*folders, *names)
        if os.path.islink(os.path.join(folder, name))
    }


def compared(top: Path, output: Path) -> set[str]:
    """The lines of ``diff -ru`` that name differences."""
    command = ["diff", "-ru", "--no-dereference", str(top), str(output)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = done.stdout.replace(str(output), "OUTPUT").replace(str(top), "TOP").splitlines()
    return {line for line in lines if re.match(r"diff|Only|Sym|File", line)}


def test_each_file_has_the_place_that_it_has_in_the_repository(
    repository: Path, tmp_path: Path
) -> None:
    output = tmp_path / "output"
    before = links(repository)
    done = run("fix", repository / "web1", repository / "web2", "--output", output)
    assert done.returncode == 0, done.stdout + done.stderr
    # The absolute link and the one that would lead back to the repository.
    changed = {
        "web2/etc/apache2/sites-available/third.conf": "../shared/fourth.conf",
        "web2/etc/apache2/shared": "../../../web1",
    }
    new = {
        f"{name}/etc/apache2/conf-enabled/{SNIPPET}": f"../conf-available/{SNIPPET}"
        for name in ("web1", "web2")
    }
    assert links(output) == before | changed | new
    assert links(repository) == before
    found = compared(repository, output)
    assert {line for line in found if line.startswith("diff")} == {
        f"diff -ru --no-dereference TOP/{name}/etc/apache2/sites-available/site.conf "
        f"OUTPUT/{name}/etc/apache2/sites-available/site.conf"
        for name in ("web1", "web2")
    }
    assert {line for line in found if line.startswith("Only in TOP")} == {
        "Only in TOP: .git",
        *(f"Only in TOP/{name}/etc/apache2: envvars" for name in ("web1", "web2")),
    }
    written = done.stdout.partition("Written:\n")[2].splitlines()
    assert f"  {output}/web1/etc/apache2/sites-available/site.conf" in written
    # The copy does not lead to the original.
    again = run("fix", output / "web1", output / "web2", "--diff")
    assert again.stdout == "", again.stdout


@pytest.mark.parametrize("path", ["web1", "web1/etc/apache2", "web1/etc/apache2/apache2.conf"])
def test_the_places_are_relative_to_the_path(repository: Path, tmp_path: Path, path: str) -> None:
    output = tmp_path / "output"
    assert run("fix", repository / path, "--output", output).returncode == 0
    place = {"web1": "etc/apache2/apache2.conf"}.get(path, "apache2.conf")
    assert (output / place).read_text() == MAIN


def test_the_documented_command_compares(repository: Path, tmp_path: Path) -> None:
    page = (ROOT / "docs/explanation/fix.md").read_text()
    (command,) = re.findall("^cd /srv/configurations .* --output .*$", page, re.MULTILINE)
    assert command.endswith("; diff -ru . /tmp/repaired")
    command = command.replace("/tmp/repaired", str(tmp_path / "output"))
    command = command.replace("/srv/configurations", str(repository / "web1"))
    shown = shell(f"{command}; true", tmp_path).stdout
    assert "-    SSLUseStaping on\n+    SSLUseStapling on\n" in shown
    assert "Only in" in shown


def test_files_outside_are_left_out_and_listed(repository: Path, tmp_path: Path) -> None:
    server = repository / "web1/etc/apache2"
    outside = [tmp_path / name for name in ("one.conf", "two.conf")]
    for path in outside:
        path.write_text("SSLSessionTickets off\n")
    (server / "apache2.conf").write_text(f"ServerRoot {server}\n{MAIN}")
    (server / "conf-enabled/one.conf").symlink_to(outside[0])
    (server / "conf-enabled/zz.conf").write_text(f"Include {outside[1]}\n")
    output = tmp_path / "output"
    done = run("fix", server, "--root", "/", "--output", output)
    assert done.returncode == 0, done.stdout + done.stderr
    notes = [line for line in done.stdout.splitlines() if line.startswith("Note: ")]
    assert notes == [
        f"Note: {path} is outside of {server}, so it is not written" for path in outside
    ]
    assert os.readlink(output / "conf-enabled/one.conf") == str(outside[0])
    assert not list(output.glob("**/two.conf"))


def test_an_incomplete_copy_is_removed(repository: Path, tmp_path: Path) -> None:
    """The file system has no room for the last and longest file."""
    server = repository / "web2/etc/apache2"
    (server / "apache2.conf").write_text(MAIN + "Include zz.conf\n")
    (server / "zz.conf").write_text("# " + "x" * 100_000 + "\n")
    before = links(repository)
    output = tmp_path / "output"
    done = subprocess.run(
        [
            *("prlimit", "--fsize=50000", sys.executable, "-m", "apachestaple"),
            *("fix", server, "--output", output),
        ],
        cwd=ROOT,
        env={**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stdout
    assert done.stderr.endswith("zz.conf: File too large; nothing was written\n")
    assert os.listdir(output) == []
    assert links(repository) == before
    assert (server / "sites-available/site.conf").exists()
