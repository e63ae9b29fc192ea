"""The GitHub Action and the job for GitLab: valid, and run as the CI systems run them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from jsonschema import Draft7Validator

from tests.installation import shared_folder
from tests.project import ROOT, copy_project
from tests.published_schemas import GITHUB_ACTION, GITLAB_CI, SARIF, published_schema

if TYPE_CHECKING:
    from pathlib import Path

SLIP = "<VirtualHost *:443>\n    SSLEngine on\n    SSLUseStaplin on\n</VirtualHost>\n"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment in which the script has installed the program."""
    with shared_folder(tmp_path_factory, "ci") as folder:
        made = folder / "environment"
        program = made / "bin/apachestaple"
        if not program.exists():
            done = ran(f"{ROOT}/ci/lint.sh", folder, made, {"PIP_NO_COMPILE": "1"})
            assert program.exists(), done.stderr
    return made


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "a repository"
    (folder / "web sites").mkdir(parents=True)
    (folder / "web sites/www.conf").write_text(SLIP)
    return folder


def action() -> Any:
    return yaml.safe_load((ROOT / "action.yml").read_text())


def ran(
    script: str, folder: Path, environment: Path, variables: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    kept = {
        name: os.environ[name] for name in ("PATH", "HOME", "PIP_CONFIG_FILE") if name in os.environ
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={
            **kept,
            **{name: value for name, value in os.environ.items() if name.startswith("PIP_")},
            "APACHESTAPLE_PYTHON": sys.executable,
            "APACHESTAPLE_VENV": str(environment),
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )


def act(repository: Path, environment: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the step of the action as GitHub's runner does, with inputs by name."""
    document = action()
    given = {
        name: inputs.get(name.replace("-", "_"), each["default"])
        for name, each in document["inputs"].items()
    }
    given["python"] = sys.executable
    (step,) = document["runs"]["steps"]
    variables = {
        name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: given[found[1]], value)
        for name, value in step["env"].items()
    }
    variables["GITHUB_ACTION_PATH"] = str(ROOT)
    return ran(step["run"], repository, environment, variables)


def test_the_action_is_valid() -> None:
    Draft7Validator(published_schema(GITHUB_ACTION)).validate(action())


def test_no_input_of_the_action_is_part_of_a_command() -> None:
    (step,) = action()["runs"]["steps"]
    assert "${{" not in step["run"]


def test_the_action_annotates_and_fails(repository: Path, environment: Path) -> None:
    done = act(repository, environment, paths="web sites/www.conf", sarif="out.sarif")
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::error file=web sites/www.conf,line=3,"), done.stderr
    log = json.loads((repository / "out.sarif").read_text())
    Draft7Validator(published_schema(SARIF)).validate(log)
    assert len(log["runs"][0]["results"]) == 1


def test_an_input_is_no_option_and_no_command(repository: Path, environment: Path) -> None:
    done = act(repository, environment, paths="--output=x\n$(touch y)\n*")
    assert done.returncode == 2
    assert sorted(path.name for path in repository.iterdir()) == ["web sites"]


def test_a_settings_file_of_the_repository_is_not_read(repository: Path, environment: Path) -> None:
    (repository / "apachestaple.toml").write_text("ignore = ['AS']\n")
    paths = "web sites/www.conf"
    assert act(repository, environment, paths=paths).returncode == 1
    assert act(repository, environment, paths=paths, config="apachestaple.toml").returncode == 0


def test_a_baseline_is_for_the_action_too(repository: Path, environment: Path) -> None:
    paths = "web sites/www.conf"
    act(repository, environment, paths=paths)
    program = [str(environment / "bin/apachestaple"), "lint", "--isolated"]
    subprocess.run([*program, "--write-baseline", "b.json", paths], cwd=repository, check=True)
    assert act(repository, environment, paths=paths, baseline="b.json").returncode == 0


def gitlab(**inputs: str) -> Any:
    """The job of the template with these inputs."""
    about, text = (ROOT / "ci/gitlab.yml").read_text().split("\n---\n")
    known = yaml.safe_load(about)["spec"]["inputs"]
    given = {name: inputs.get(name, each.get("default")) for name, each in known.items()}
    assert None not in given.values()
    filled = re.sub(r"\$\[\[ inputs\.([\w-]+) \]\]", lambda f: json.dumps(given[f[1]]), text)
    return yaml.safe_load(filled)


def test_the_job_for_gitlab_is_valid() -> None:
    document = gitlab(repository="https://git.example.com/a.git", revision="main")
    Draft7Validator(published_schema(GITLAB_CI)).validate(document)


def test_the_job_for_gitlab_writes_its_report(
    repository: Path, environment: Path, tmp_path: Path
) -> None:
    program = tmp_path / "program"
    copy_project(program)
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
    for words in (["init", "-b", "main"], ["add", "--all"], [*identity, "commit", "-m", "All"]):
        subprocess.run(["git", *words], cwd=program, check=True, capture_output=True)
    job = gitlab(repository=f"file://{program}", revision="main", paths="web sites/www.conf")[
        "apachestaple"
    ]
    done = ran("\n".join(job["script"]), repository, environment, job["variables"])
    assert done.returncode == 1, done.stderr
    report = job["artifacts"]["reports"]["codequality"]
    (issue,) = json.loads((repository / report).read_text())
    assert issue["location"]["path"] == "web sites/www.conf"
    assert "error[AS101]" in done.stdout
