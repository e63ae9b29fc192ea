"""The extension for Visual Studio Code; ``make vscode`` makes a package of it."""

from __future__ import annotations

import json
import re
import subprocess

from tests.command.run import run
from tests.project import ROOT

REGISTRY = "https://registry.npmjs.org/"
FOLDER = ROOT / "editors/vscode"
MANIFEST = json.loads((FOLDER / "package.json").read_text())
CODE = (FOLDER / "extension.js").read_text()


def test_the_code_can_be_parsed() -> None:
    for path in FOLDER.glob("*.js"):
        done = subprocess.run(["node", "--check", path], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
    json.loads((FOLDER / "language-configuration.json").read_text())


def test_the_manifest_and_the_code_agree() -> None:
    contributed = MANIFEST["contributes"]
    commands = {each["command"] for each in contributed["commands"]}
    assert commands == set(re.findall(r"registerCommand\('([^']+)'", CODE))
    settings = set(contributed["configuration"]["properties"])
    assert settings == set(re.findall(r"affectsConfiguration\('([^']+)'", CODE))
    languages = re.search(r"documentSelector: \[([^\]]*)\]", CODE)
    assert languages is not None
    started = {f"onLanguage:{name}" for name in re.findall(r"'(\w+)'", languages[1])}
    assert started == set(MANIFEST["activationEvents"])
    assert (FOLDER / MANIFEST["main"]).exists()


def test_a_repository_cannot_choose_the_program() -> None:
    """Settings of a workspace are files of the repository."""
    for setting in MANIFEST["contributes"]["configuration"]["properties"].values():
        assert setting["scope"] == "machine"


def test_the_versions_of_all_packages_are_locked() -> None:
    lock = json.loads((FOLDER / "package-lock.json").read_text())
    assert lock["packages"][""]["dependencies"] == MANIFEST["dependencies"]
    assert lock["packages"][""]["devDependencies"] == MANIFEST["devDependencies"]
    for name, package in lock["packages"].items():
        if name:
            assert package.get("resolved", REGISTRY).startswith(REGISTRY), name
            assert package["integrity"].startswith("sha512-"), name


def test_the_command_that_it_starts_exists() -> None:
    assert "args: ['server']" in CODE
    assert "language server" in run("server", "--help").stdout


def test_the_license_is_that_of_the_project() -> None:
    assert (FOLDER / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
