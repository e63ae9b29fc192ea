"""The extension for VS Code with VS Code's client and the server; ``make editors`` runs it."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.project import ROOT

_FOLDER = ROOT / "editors/vscode"
_WIKI = ROOT / "examples/apache2/sites-available/wiki.example.net.conf"
_PROGRAM = Path(sys.executable).with_name("apachestaple")


def play(program: Path, wanted: str) -> list[list[object]]:
    """What the extension does until a line has a text: pairs of a kind and a value."""
    script = Path(__file__).with_name("vscode.js")
    seen: list[list[object]] = []
    with subprocess.Popen(
        ["node", script, _FOLDER, program, _WIKI],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as node:
        assert node.stdin is not None
        assert node.stdout is not None
        for line in node.stdout:
            seen.append(json.loads(line))
            if wanted in line:
                node.stdin.close()
    assert node.returncode == 0
    return seen


def test_it_starts_the_server_and_shows_its_diagnostics() -> None:
    seen = play(_PROGRAM, "no OCSP URI")
    kinds = [kind for kind, _ in seen]
    assert kinds[:2] == ["activated", "restarted"]
    assert kinds[-1] == "deactivated"
    assert "error" not in kinds, seen
    assert ["activated", ["apachestaple.restart"]] in seen


def test_a_missing_program_is_reported() -> None:
    seen = play(_FOLDER / "missing", "restarted")
    messages = [str(value) for kind, value in seen if kind == "error"]
    assert any("missing did not start. Install apachestaple" in each for each in messages)
    assert [kind for kind, _ in seen if kind != "error"] == [
        "activated",
        "restarted",
        "deactivated",
    ]


def test_the_package_has_what_it_needs() -> None:
    with zipfile.ZipFile(_FOLDER / "apachestaple.vsix") as package:
        names = set(package.namelist())
    needed = (
        "package.json",
        "extension.js",
        "language-configuration.json",
        "readme.md",
        "LICENSE.txt",
    )
    assert {f"extension/{name}" for name in needed} <= names
    assert "extension/node_modules/vscode-languageclient/package.json" in names
    assert not [name for name in names if "node_modules/@vscode" in name]
