"""Runs the test suite once, and keeps which test reaches which line and how long it takes."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from coverage import CoverageData

from tests.mutants.recording_plugin import RECORD
from tests.project import ROOT, copy_project, project_files

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = ROOT / ".mutants"

_CONFIGURATION = """\
[run]
data_file = {folder}/lines
parallel = true
source = {tree}/apachestaple
# pytest's name for the running test, for the processes that a test starts.
context = ${{PYTEST_CURRENT_TEST-}}
patch = fork, _exit
disable_warnings = no-data-collected, module-not-imported, couldnt-parse, no-ctracer
"""


@dataclass(frozen=True)
class Record:
    """A run of the whole suite.

    Attributes:
        seconds: how long each test took that passed, by pytest's name for it.
        failed: the tests that failed; these cannot kill a mutant.
        lines: for each file of the package, the names of the tests that executed a line, with
            pytest's word for the phase behind them.

    """

    seconds: Mapping[str, float]
    failed: frozenset[str]
    lines: Mapping[str, Mapping[int, list[str]]]


def record() -> Record:
    """The record of the project as it is now; the suite is run where there is none yet."""
    FOLDER.mkdir(exist_ok=True)
    digest = _digest()
    kept = FOLDER / "record.json"
    if not kept.exists() or json.loads(kept.read_text(encoding="utf-8"))["digest"] != digest:
        noted = _run_suite(FOLDER)
        kept.write_text(json.dumps({**noted, "digest": digest}), encoding="utf-8")
    return _read(FOLDER)


def environment(tree: Path) -> dict[str, str]:
    """The environment for tests of a copy of the project.

    Programs that tests start have to find the copy, from any folder. The tests' own seeds stay as
    they are, whatever ``make mutants SEED=…`` has put into the environment.
    """
    kept = {name: value for name, value in os.environ.items() if name not in {"SEED", "N", "ONLY"}}
    return {**kept, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}


def _run_suite(folder: Path) -> dict[str, object]:
    for old in folder.glob("lines*"):
        old.unlink()
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        tree, noted = Path(name, "tree"), Path(name, "noted.json")
        configuration = Path(name, "coveragerc")
        configuration.write_text(_CONFIGURATION.format(folder=folder, tree=tree), encoding="utf-8")
        copy_project(tree)
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-n", "2", "--no-header"),
                *("-p", "no:cacheprovider", "-p", "tests.mutants.recording_plugin"),
            ],
            cwd=tree,
            env={
                **environment(tree),
                "COVERAGE_PROCESS_START": str(configuration),
                RECORD: str(noted),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in (0, 1):
            sys.exit(f"The test suite did not run:\n{done.stdout}{done.stderr}")
        subprocess.run(
            [sys.executable, "-m", "coverage", "combine", "--quiet", f"--rcfile={configuration}"],
            check=True,
        )
        read: dict[str, object] = json.loads(noted.read_text(encoding="utf-8"))
        return {**read, "tree": str(tree)}


def _read(folder: Path) -> Record:
    noted = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    data = CoverageData(str(folder / "lines"))
    data.read()
    return Record(
        noted["seconds"],
        frozenset(noted["failed"]),
        {
            os.path.relpath(path, noted["tree"]): data.contexts_by_lineno(path)
            for path in data.measured_files()
        },
    )


def _digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(project_files()):
        if not path.is_symlink() and path.suffix != ".pyc":
            digest.update(os.fsencode(path) + b"\0" + path.read_bytes())
    return digest.hexdigest()
