"""The wheel: what is in it, and that it works where nothing else of the project is."""

import subprocess
import venv
from email.message import Message
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

import pytest

import apachestaple
from tests.installation import environment, pip, shared_folder
from tests.project import ROOT, project_files


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, installed from the wheel with all dependencies into an environment."""
    with shared_folder(tmp_path_factory, "environment") as folder:
        program = folder / "bin/apachestaple"
        if not program.exists():
            venv.create(folder)
            pip("--python", str(folder / "bin/python"), "install", "--no-compile", str(wheel))
    return program


def test_the_wheel_is_pure_python_of_this_version(wheel: Path) -> None:
    assert wheel.name == f"apachestaple-{apachestaple.__version__}-py3-none-any.whl"


def test_the_wheel_holds_the_package_and_what_it_reads_and_nothing_else(wheel: Path) -> None:
    paths = {path.relative_to(ROOT) for path in project_files()}
    package = {str(path) for path in paths if path.parts[0] == "apachestaple"}
    templates = {f"apachestaple/{path}" for path in paths if path.parts[0] == "templates"}
    schemas = {
        f"apachestaple/schemas/{path.name}"
        for path in paths
        if path.parts[:2] == ("docs", "schemas")
    }
    manual = {
        f"apachestaple-{apachestaple.__version__}.data/data/share/man/man1/{path.name}"
        for path in paths
        if path.parts[:2] == ("docs", "man")
    }
    with ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == package | templates | schemas | manual | {"apachestaple/docs/rules.md"}
    assert len(manual) > 10


def test_the_wheel_says_what_it_needs_and_under_which_licence(wheel: Path) -> None:
    metadata = _metadata(wheel)
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == ">=3.11"
    with ZipFile(wheel) as archive:
        (licence,) = (name for name in archive.namelist() if name.endswith("/licenses/LICENSE"))
        assert archive.read(licence) == (ROOT / "LICENSE").read_bytes()


def test_the_licence_is_the_whole_text() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_program_runs_in_another_folder(program: Path, tmp_path: Path) -> None:
    done = _run([str(program), "--version"], folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert apachestaple.__version__ in done.stdout


def test_man_finds_the_pages_of_the_installed_program(program: Path, tmp_path: Path) -> None:
    # man searches share/man beside each bin in PATH.
    environment = {"PATH": f"{program.parent}:/usr/bin:/bin", "MANWIDTH": "80"}
    done = subprocess.run(
        ["man", "apachestaple-fix"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("APACHESTAPLE-FIX(1)")


def test_the_installed_program_lints_and_repairs(program: Path, tmp_path: Path) -> None:
    site = tmp_path / "site.conf"
    site.write_text("<VirtualHost *:443>\n    SSLUseStapling \u201con\u201d\n</VirtualHost>\n")
    lint = _run([str(program), "lint", str(site)], folder=tmp_path)
    assert lint.returncode == 1, lint.stderr
    assert "web-characters" in lint.stdout
    fix = _run([str(program), "fix", "--diff", str(site)], folder=tmp_path)
    assert fix.returncode == 1, fix.stderr
    assert '\n+    SSLUseStapling "on"\n' in fix.stdout


def _metadata(wheel: Path) -> Message:
    with ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return Parser().parsestr(archive.read(name).decode())


def _run(command: list[str], *, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
