"""Runs the test suite once, and keeps which test reaches which line and how long it takes."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from coverage import CoverageData

from tests.mutants.reach import Record
from tests.mutants.recording_plugin import RECORD
from tests.project import ROOT, copy_project, project_files

FOLDER = ROOT / ".mutants"

_CONFIGURATION = """\
[run]
data_file = {lines}/lines
parallel = true
source = {tree}/apachestaple
# pytest's name for the running test, for the processes that a test starts.
context = ${{PYTEST_CURRENT_TEST-}}
patch = fork, _exit
disable_warnings = no-data-collected, module-not-imported, couldnt-parse, no-ctracer
"""


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
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        tree, lines = Path(name, "tree"), Path(name, "lines")
        copy_project(tree)
        # Some tests run the program as another user.
        Path(name).chmod(0o755)
        lines.mkdir()
        lines.chmod(0o1777)
        configuration = Path(name, "coveragerc")
        configuration.write_text(_CONFIGURATION.format(lines=lines, tree=tree), encoding="utf-8")
        seconds, failed = _run_tests(tree, configuration)
        if failed:
            # On a busy machine a test may take too long.
            again, failed = _run_tests(tree, configuration, *failed)
            seconds |= again
        for data in lines.iterdir():
            data.chmod(0o600)
        combined = subprocess.run(
            [
                *(sys.executable, "-m", "coverage", "combine", f"--rcfile={configuration}"),
                *(f"--data-file={folder / 'lines'}", str(lines)),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if combined.returncode:
            sys.exit(f"What was recorded cannot be read:\n{combined.stdout}{combined.stderr}")
        return {"seconds": seconds, "failed": failed, "tree": str(tree)}


def _run_tests(tree: Path, configuration: Path, *tests: str) -> tuple[dict[str, float], list[str]]:
    """Run tests, all where none are named: the seconds of each, and those that failed."""
    noted = tree.parent / "noted.json"
    named = tree.parent / "named"
    named.write_text("\n".join(tests), encoding="utf-8")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-n", "0" if tests else "2", "--no-header"),
            *("-p", "no:cacheprovider", "-p", "tests.mutants.recording_plugin"),
            *([f"@{named}"] if tests else []),
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
    read = json.loads(noted.read_text(encoding="utf-8"))
    return read["seconds"], read["failed"]


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
