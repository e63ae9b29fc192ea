"""``make release-check``: what is missing for a release."""

import json
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from tests.project import ROOT
from tests.release import problems

TODAY = date(2026, 12, 1)
FILES = (
    "apachestaple/__init__.py",
    "CHANGELOG.md",
    "ansible/galaxy.yml",
    "editors/vscode/package.json",
    "editors/vscode/package-lock.json",
    "docs/man/apachestaple.1",
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that can be released, with the files that have the version or the changes."""
    for file in FILES:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    changes = "# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - 2026-12-01\n\n### Added\n\n- All.\n"
    (tmp_path / "CHANGELOG.md").write_text(changes)
    git(tmp_path, "init", "--quiet")
    commit(tmp_path)
    return tmp_path


def test_a_checkout_that_is_ready_has_no_problems(checkout: Path) -> None:
    assert list(problems(checkout, TODAY)) == []
    git(checkout, "tag", "v0.1.0")
    assert list(problems(checkout, TODAY)) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("apachestaple/__init__.py", '"0.1.0"', '"0.1.0.dev1"', "is no version such as 1.2.3"),
        ("CHANGELOG.md", "[Unreleased]\n", "[Unreleased]\n\n- More.\n", "are below [Unreleased]"),
        ("CHANGELOG.md", "## [Unreleased]\n", "", "the first section is not [Unreleased]"),
        ("CHANGELOG.md", "[0.1.0]", "[0.0.9]", "the second section is not [0.1.0] with a date"),
        ("CHANGELOG.md", " - 2026-12-01", "", "the second section is not [0.1.0] with a date"),
        ("CHANGELOG.md", "2026-12-01", "2026-11-30", "the date of [0.1.0] is 2026-11-30"),
        ("CHANGELOG.md", "### Added\n\n- All.\n", "", "nothing is below [0.1.0]"),
        ("ansible/galaxy.yml", "version: 0.1.0", "version: 0.2.0", "the version is 0.2.0"),
        ("docs/man/apachestaple.1", "0.1.0", "0.0.9", "run python -m manual"),
    ],
)
def test_what_is_missing_is_named(
    checkout: Path, file: str, old: str, new: str, problem: str
) -> None:
    text = (checkout / file).read_text()
    assert old in text
    (checkout / file).write_text(text.replace(old, new, 1))
    commit(checkout)
    found = list(problems(checkout, TODAY))
    assert any(file in each and problem in each for each in found), found


def test_versions_of_the_extension_are_compared(checkout: Path) -> None:
    for file in FILES[3:5]:
        content = json.loads((checkout / file).read_text())
        (checkout / file).write_text(json.dumps({**content, "version": "1.0.0"}))
    commit(checkout)
    assert [each.partition(":")[0] for each in problems(checkout, TODAY)] == list(FILES[3:5])


def test_files_that_are_not_committed_are_named(checkout: Path) -> None:
    (checkout / "new.txt").touch()
    assert list(problems(checkout, TODAY)) == ["files are not committed: new.txt"]


def test_tags_of_other_commits_are_named(checkout: Path) -> None:
    git(checkout, "tag", "v0.1.0")
    git(checkout, "tag", "v0.10.0")
    (checkout / "new.txt").touch()
    commit(checkout)
    assert list(problems(checkout, TODAY)) == [
        "the tag v0.1.0 is another commit",
        "the tag v0.10.0 is later than v0.1.0",
    ]


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=Change")


def git(folder: Path, *arguments: str) -> None:
    user = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    subprocess.run(["git", "-C", str(folder), *user, *arguments], check=True)
