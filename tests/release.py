"""``python -m tests.release``: what is missing for a release; exit code 1 if there is anything."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import yaml

from tests.project import ROOT


def problems(root: Path, today: date) -> Iterator[str]:
    """Everything that must be corrected before the version of ``root`` is tagged."""
    version = _found(root / "apachestaple/__init__.py", r'^__version__ = "(.*)"$')
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        yield f"apachestaple/__init__.py: {version!r} is no version such as 1.2.3"
    yield from _in_changelog(root, version, today)
    for file, other in _others(root).items():
        if other != version:
            yield f"{file}: the version is {other}, not {version}"
    for page in sorted((root / "docs/man").iterdir()):
        if f'"apachestaple {version}"' not in page.read_text(encoding="ascii"):
            yield f"docs/man/{page.name}: made for another version; run python -m manual"
    yield from _in_git(root, version)


def _in_changelog(root: Path, version: str, today: date) -> Iterator[str]:
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (.*)\n((?:(?!## ).*\n)*)", text, re.MULTILINE)
    titles = [title for title, _ in sections]
    if titles[:1] != ["[Unreleased]"]:
        yield "CHANGELOG.md: the first section is not [Unreleased]"
    elif sections[0][1].strip():
        yield f"CHANGELOG.md: changes are below [Unreleased], not below [{version}]"
    dated = re.fullmatch(r"\[(.*)\] - (\d{4}-\d\d-\d\d)", titles[1] if titles[1:] else "")
    if dated is None or dated[1] != version:
        yield f"CHANGELOG.md: the second section is not [{version}] with a date"
    elif dated[2] != today.isoformat():
        yield f"CHANGELOG.md: the date of [{version}] is {dated[2]}, not today"
    elif not sections[1][1].strip():
        yield f"CHANGELOG.md: nothing is below [{version}]"


def _others(root: Path) -> dict[str, str]:
    """The versions of what is released with the package, by file."""
    collection = yaml.safe_load((root / "ansible/galaxy.yml").read_text(encoding="utf-8"))
    found = {"ansible/galaxy.yml": collection["version"]}
    for name in ("package.json", "package-lock.json"):
        file = f"editors/vscode/{name}"
        found[file] = json.loads((root / file).read_text(encoding="utf-8"))["version"]
    return found


def _in_git(root: Path, version: str) -> Iterator[str]:
    if changed := _git(root, "status", "--porcelain"):
        yield f"files are not committed: {', '.join(line[3:] for line in changed.splitlines())}"
    tag = f"v{version}"
    tags = _git(root, "tag", "--list", "v*").split()
    if tag in tags and _git(root, "rev-parse", f"{tag}^{{}}") != _git(root, "rev-parse", "HEAD"):
        yield f"the tag {tag} is another commit"
    later = [each for each in tags if _order(each) > _order(tag)]
    if later:
        yield f"the tag {max(later, key=_order)} is later than {tag}"


def _order(tag: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", tag)]


def _found(file: Path, pattern: str) -> str:
    (found,) = re.findall(pattern, file.read_text(encoding="utf-8"), re.MULTILINE)
    return str(found)


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.rstrip("\n")


def main() -> None:
    """Print the problems."""
    found = list(problems(ROOT, datetime.now(UTC).date()))
    if found:
        sys.exit("\n".join(found))
    print("This checkout can be tagged.")  # noqa: T201


if __name__ == "__main__":
    main()
