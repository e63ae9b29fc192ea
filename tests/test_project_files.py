"""The files for contributors: editor settings, hooks, templates of the forge."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from editorconfig import get_properties
from jsonschema import Draft7Validator

from tests.project import ROOT, project_files
from tests.published_schemas import (
    GITHUB_ISSUE_CONFIG,
    GITHUB_ISSUE_FORMS,
    PRE_COMMIT_CONFIG,
    published_schema,
)

FORMS = sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*_*.yml"))


def test_the_files_follow_the_editor_settings() -> None:
    wrong = []
    for path in project_files():
        if path.is_symlink() or path.suffix in (".pyc", ".vsix"):
            continue
        text = path.read_bytes().decode("utf-8")
        wrong += [f"{path.relative_to(ROOT)}: {what}" for what in differences(path, text)]
    assert wrong == []


def differences(path: Path, text: str) -> list[str]:
    """What in a file is not as ``.editorconfig`` says."""
    set_to = get_properties(str(path))
    assert set_to["charset"] == "utf-8"
    lines = text.split("\n")
    found = []
    if set_to["end_of_line"] == "lf" and "\r" in text:
        found.append("a carriage return")
    if set_to["insert_final_newline"] == "true" and text and lines[-1]:
        found.append("no newline at the end")
    if set_to["trim_trailing_whitespace"] == "true":
        found += [
            f"spaces at the end of line {n}" for n, x in enumerate(lines, 1) if x != x.rstrip()
        ]
    if set_to["indent_style"] == "space":
        found += [f"a tab in line {n}" for n, x in enumerate(lines, 1) if x.startswith("\t")]
    return found


def test_differences_from_the_editor_settings_are_found() -> None:
    assert differences(ROOT / "new.py", "x = 1\n") == []
    assert differences(ROOT / "new.py", "if x:\n\ty \r\nz") == [
        "a carriage return",
        "no newline at the end",
        "spaces at the end of line 2",
        "a tab in line 2",
    ]
    assert differences(ROOT / "Makefile", "all:\n\ttrue\n") == []


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_is_valid_and_asks_for_what_is_needed(path: Path) -> None:
    form = loaded(path)
    schema = published_schema(GITHUB_ISSUE_FORMS)
    assert list(Draft7Validator(schema).iter_errors(form)) == []
    asked = {each["id"]: each for each in form["body"] if "id" in each}
    assert {"configuration", "versions"} <= asked.keys()
    assert asked["configuration"]["validations"]["required"]
    assert "SECURITY.md" in form["body"][0]["attributes"]["value"]


def test_there_is_a_form_for_each_kind_of_error() -> None:
    assert {path.stem for path in FORMS} == {"broken_repair", "missing_finding", "wrong_finding"}
    chooser = loaded(ROOT / ".github/ISSUE_TEMPLATE/config.yml")
    schema = published_schema(GITHUB_ISSUE_CONFIG)
    assert list(Draft7Validator(schema).iter_errors(chooser)) == []


def test_the_hooks_of_the_project_are_valid_and_download_nothing() -> None:
    path = ROOT / ".pre-commit-config.yaml"
    config = loaded(path)
    assert list(Draft7Validator(published_schema(PRE_COMMIT_CONFIG)).iter_errors(config)) == []
    assert {repository["repo"] for repository in config["repos"]} == {"local"}
    assert {hook["language"] for hook in config["repos"][0]["hooks"]} == {"system"}
    command = [sys.executable, "-m", "pre_commit", "validate-config", str(path)]
    subprocess.run(command, check=True, capture_output=True)


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
