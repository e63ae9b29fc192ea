"""The role that installs the program on a server, and removes it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from zipfile import ZipFile

import apachestaple
from tests.collection.interpreter import interpreter
from tests.fleet.controller import Controller


def test_the_program_is_installed_replaced_and_removed(wheel: Path, tmp_path: Path) -> None:
    # A copy, which is changed below.
    wheel = Path(shutil.copy(wheel, tmp_path))
    place, link = tmp_path / "opt" / "apachestaple", tmp_path / "bin" / "apachestaple"
    place.parent.mkdir()
    link.parent.mkdir()
    (tmp_path / "controller").mkdir()
    server = {
        "ansible_connection": "local",
        "ansible_python_interpreter": interpreter(tmp_path, "/usr/bin/python3"),
    }
    controller = Controller(tmp_path / "controller", {"www": server})
    variables = {
        "program_wheel": str(wheel),
        "program_path": str(place),
        "program_python": sys.executable,
        "program_link": str(link),
        # The packages of the tests are used, because their installation would take long.
        "program_pip_arguments": ["--no-deps", "--no-compile", "--no-index"],
    }

    def changes(*options: str, **more: object) -> int:
        play = controller.run("install", *options, **{**variables, **more})
        assert play.code == 0, play.output
        return play.totals["www"]["changed"]

    assert changes("--check") > 0
    assert not place.exists()
    assert changes() > 0
    version, _, rest = version_of(link).partition("\n")
    assert version == f"apachestaple {apachestaple.__version__}"
    # It is the installed one, and not that of the tests.
    assert str(place) in rest
    assert changes() == 0

    # Another wheel of the same version replaces the program.
    with ZipFile(wheel, "a") as archive:
        archive.writestr("apachestaple/another.py", "")
    assert changes() > 0
    assert list(place.glob("lib/*/site-packages/apachestaple/another.py"))

    backups = tmp_path / "backups"
    backups.mkdir()
    removed = {"program_backups": str(backups), "program_remove_backups": True}
    assert changes(program_state="absent", **removed) == 3
    assert not any(os.path.lexists(path) for path in (link, place, backups))

    # A folder of something else is not used, and so not removed later.
    play = controller.run("install", **{**variables, "program_path": str(link.parent)})
    assert play.code == 2
    assert "folder of something else" in play.output


def version_of(program: Path) -> str:
    """What the installed program says, with the packages of the tests."""
    done = subprocess.run(
        [str(program), "--version"],
        cwd="/",
        env={"PYTHONPATH": sysconfig.get_path("purelib"), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
