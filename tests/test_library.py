"""``from apachestaple import lint``."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

import apachestaple
from apachestaple import lint
from apachestaple.errors import ApachestapleError
from tests.command.run import run
from tests.project import ROOT

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLE = ROOT / "examples/findings.py"


def test_the_page_shows_the_example_and_its_output() -> None:
    page = (ROOT / "docs/reference/python.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert code == EXAMPLE.read_text(encoding="utf-8")
    match = re.search(r"^```console\n\$ python (.*)\n(.*?)…\n```$", page, re.MULTILINE | re.DOTALL)
    assert match is not None
    command = [sys.executable, *match[1].split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.startswith(match[2]), done.stderr


def test_the_findings_are_those_of_the_command() -> None:
    folder = ROOT / "examples/apache2"
    found = lint(folder)
    printed = json.loads(run("lint", folder, "--format", "json", cwd="/").stdout)["findings"]
    assert [(f.code, f.place.line, f.message, f.help) for f in found] == [
        (each["rule"], each["line"], each["message"], each["help"]) for each in printed
    ]
    assert found[0].place.file.startswith(str(folder))


def test_rules_are_selected(tmp_path: Path) -> None:
    file = tmp_path / "site.conf"
    file.write_text(
        "<VirtualHost *:443>\nSSLEngine on\nSSLUseStapling \u201con\u201d\n</VirtualHost>\n"
    )
    codes = [finding.code for finding in lint(str(file))]
    assert "AS106" in codes
    assert [finding.code for finding in lint(file, select=["AS106"])] == ["AS106"]
    assert "AS106" not in [finding.code for finding in lint(file, ignore=["web-characters"])]
    (tmp_path / "apachestaple.toml").write_text('ignore = ["AS106"]\n')
    assert "AS106" not in [finding.code for finding in lint(file)]
    assert "AS106" in [finding.code for finding in lint(file, isolated=True)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"paths": ["/no/such/path"]}, "/no/such/path"),
        ({"paths": ["/"], "select": ["AS9"]}, "no rule has the code or name 'AS9'"),
        ({"paths": ["/"], "config": "/no/such/file"}, "/no/such/file"),
        ({"paths": ["/"], "root": "/no/such/folder"}, "/no/such/folder"),
    ],
)
def test_errors_are_of_one_class(arguments: dict[str, object], words: str) -> None:
    options: dict[str, object] = {"isolated": "config" not in arguments, **arguments}
    paths = options.pop("paths")
    assert isinstance(paths, list)
    with pytest.raises(ApachestapleError, match=re.escape(words)):
        lint(*paths, **options)  # type: ignore[arg-type]


def test_it_can_be_called_in_a_thread() -> None:
    with ThreadPoolExecutor(1) as threads:
        found = threads.submit(lint, ROOT / "examples/apache2").result()
    assert found


def test_the_function_stays_when_the_package_of_its_name_is_imported() -> None:
    script = "import apachestaple.lint.lint; from apachestaple import lint; print(callable(lint))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\n"
    assert callable(apachestaple.lint)
