"""The Dockerfile. `make container` builds and runs the image."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.project import ROOT


def test_hadolint_finds_nothing() -> None:
    program = Path(sys.executable).with_name("hadolint")
    command = [str(program), "--no-color", "Dockerfile"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_files_of_the_wheel_are_sent_to_the_build_and_no_others() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {
        "pyproject.toml",
        project["project"]["readme"],
        *project["project"]["license-files"],
        *wheel["packages"],
        *wheel["force-include"],
        *wheel["shared-data"],
    }
    text = (ROOT / "Dockerfile").read_text()
    needed |= set(re.findall(r"debian/[\w.-]+", text))
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in lines
    assert {line[1:] for line in lines if line.startswith("!")} == needed


def test_the_last_user_is_a_number_other_than_root() -> None:
    users = re.findall(r"^USER (.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert users[-1] == "65534:65534"
