"""Workflows for GitHub: valid, safe, and their commands exist."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.audit import parse_report
from tests.project import ROOT

WORKFLOWS = sorted(ROOT.glob(".github/workflows/*.yml"))
MAKEFILE = (ROOT / "Makefile").read_text()
CLASSIFIER = "Programming Language :: Python :: 3."


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def test_workflows_and_action_are_valid_and_zizmor_finds_nothing() -> None:
    program = Path(sys.executable).with_name("zizmor")
    inputs = [*WORKFLOWS, ROOT / ".github/dependabot.yml", ROOT / "action.yml"]
    done = subprocess.run(
        [program, "--offline", "--strict-collection", *inputs],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "No findings to report" in done.stdout


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_jobs_have_only_the_permissions_that_they_name(path: Path) -> None:
    document = loaded(path)
    assert document["permissions"] == {}
    for job in document["jobs"].values():
        assert job["permissions"]
        assert int(job["timeout-minutes"]) <= 60


def test_make_has_the_commands_of_the_workflows() -> None:
    commands = {
        name
        for path in WORKFLOWS
        for job in loaded(path)["jobs"].values()
        for step in job["steps"]
        for name in re.findall(r"\bmake ([a-z-]+)", step.get("run", ""))
    }
    assert {"demo", "test", "lowest", "packages", "workflows", "audit"} <= commands
    missing = {name for name in commands if not re.search(rf"^{name}:", MAKEFILE, re.MULTILINE)}
    assert missing == set()


def test_every_python_that_the_package_names_is_tested() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = [
        line.removeprefix(CLASSIFIER.removesuffix("3."))
        for line in project["classifiers"]
        if line.startswith(CLASSIFIER)
    ]
    assert project["requires-python"] == f">={named[0]}"
    jobs = loaded(ROOT / ".github/workflows/ci.yml")["jobs"]
    assert jobs["test"]["strategy"]["matrix"]["python"] == named
    assert jobs["lowest"]["strategy"]["matrix"]["python"] == [named[0], named[-1]]
    assert f"\nPYTHONS = {' '.join(named)}\n" in MAKEFILE


def test_the_notes_of_a_release_are_the_section_of_the_changelog(tmp_path: Path) -> None:
    steps = loaded(ROOT / ".github/workflows/release.yml")["jobs"]["release"]["steps"]
    command = next(step["run"] for step in steps if "notes.md" in step.get("run", ""))
    first = "## [1.10.0] - 2030-01-02\n\nNew.\n\n### Fixed\n\n- A.\n\n"
    sections = f"# Changelog\n\n{first}## [1.1.0]\n\nOld.\n"
    (tmp_path / "CHANGELOG.md").write_text(sections)
    for version, notes in {
        "1.10.0": "\nNew.\n\n### Fixed\n\n- A.\n\n",
        "1.1.0": "\nOld.\n",
    }.items():
        subprocess.run(
            ["bash", "-ec", command.splitlines()[0]],
            cwd=tmp_path,
            env={"GITHUB_REF_NAME": f"v{version}", "PATH": "/usr/bin:/bin"},
            check=True,
        )
        assert (tmp_path / "notes.md").read_text() == notes


def test_an_audit_without_answers_is_not_a_clean_audit() -> None:
    clean = '{"dependencies": [{"name": "a", "version": "1", "vulns": []}], "fixes": []}'
    skipped = '{"dependencies": [{"name": "a", "skip_reason": "not found"}], "fixes": []}'
    known = (
        '{"dependencies": [{"name": "a", "version": "1", "vulns":'
        ' [{"id": "PYSEC-1", "fix_versions": ["2"], "aliases": [], "description": "d"}]}]}'
    )
    assert parse_report(clean, "").exit_code == 0
    assert parse_report(skipped, "").unchecked == ("not found",)
    assert parse_report(skipped, "").exit_code == 2
    assert parse_report("", "Traceback\nConnectionError: no route").exit_code == 2
    assert parse_report(known, "").vulnerable == ("a 1: PYSEC-1 (fixed in 2)",)
    assert parse_report(known, "").exit_code == 1
