"""CONTRIBUTING.md: its first rule, made by the steps of the page in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from apachestaple.rules.catalogue import all_rules
from tests.project import ROOT, copy_project

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
CODE = "AS409"


@dataclass(frozen=True)
class Step:
    """A block of the page: the text of a file, or commands with their output."""

    file: str | None
    is_appended: bool
    text: str


def steps() -> Iterator[Step]:
    """The blocks of the section about the first rule, in their order."""
    (section,) = re.findall(r"^## A first rule.*?(?=^## )", PAGE, re.MULTILINE | re.DOTALL)
    file = r"(?:(Create|Add to the end of) `([^`]+)`(?:, after two empty lines)?:\n\n)?"
    block = r"^```(?:python|console)\n(.*?)^```$"
    for how, name, text in re.findall(file + block, section, re.MULTILINE | re.DOTALL):
        yield Step(name or None, how != "Create", text)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of the project, whose environment has the packages of this one."""
    folder = tmp_path_factory.mktemp("contributing") / "apachestaple"
    copy_project(folder)
    environment = folder / ".venv"
    environment.mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (environment / name).symlink_to(Path(sys.prefix, name))
    (environment / "test.stamp").touch()
    # Without it, mypy would check all files again.
    if (ROOT / ".mypy_cache").is_dir():
        shutil.copytree(ROOT / ".mypy_cache", folder / ".mypy_cache")
    for command in ("init --quiet", "add --all", "commit --quiet --message=Start"):
        run(f"git -c user.name=Test -c user.email=test@example.com {command}", folder)
    return folder


def test_the_project_does_not_have_the_rule_of_the_page() -> None:
    assert CODE in PAGE
    assert CODE not in {rule.code for rule in all_rules()}


def test_the_steps_of_the_page_add_a_rule(project: Path) -> None:
    commands = []
    for step in steps():
        if step.file is None:
            for command, output in shown(step.text):
                commands.append(command)
                printed = run(command, project)
                assert re.fullmatch(pattern(output), printed), printed
        else:
            mode = "a" if step.is_appended else "x"
            with Path(project, step.file).open(mode, encoding="utf-8") as file:
                file.write("\n\n" * step.is_appended + step.text)
    assert len(commands) > 5
    # Played on httpd, and found in the documentation.
    assert f".venv/bin/pytest -n 0 -vv tests/test_rules.py -k {CODE}" in commands
    assert f"\n## {CODE} " in (project / "docs/rules.md").read_text(encoding="utf-8")


def shown(block: str) -> Iterator[tuple[str, str]]:
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def pattern(output: str) -> str:
    """A regular expression for an output in which ``…`` stands for parts that are left out."""
    return "".join(
        r"(?:.*\n)*?" if line == "…\n" else ".*".join(map(re.escape, line.split("…")))
        for line in output.splitlines(keepends=True)
    )


def run(command: str, folder: Path) -> str:
    """What a command of the page prints; the package is imported from ``folder``."""
    outer = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "CI"}
    kept = {name: value for name, value in os.environ.items() if name not in outer}
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env={
            **kept,
            "PYTHONPATH": str(folder),
            "NO_COLOR": "1",
            "COLUMNS": "200",
            # The hooks are local, but pre-commit locks the folder of others.
            "PRE_COMMIT_HOME": str(folder / ".pre-commit"),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
