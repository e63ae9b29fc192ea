"""The folder that Sphinx reads: the pages of docs/, and what their links lead to.

On a forge, links between pages and to other files of the repository work as they are. The site has
only some files of the repository, at other places, so links to them are changed.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from apachestaple.rules.catalogue import all_rules
from website import rules
from website.markdown import Target, parts, with_targets

ROOT = Path(__file__).resolve().parent.parent

# Pages beside docs/, and their places in the site.
BESIDE = {
    "CHANGELOG.md": "development/changelog.md",
    "CONTRIBUTING.md": "development/contributing.md",
    "SECURITY.md": "development/security.md",
    "ansible/README.md": "reference/collection.md",
    "examples/README.md": "examples.md",
}
# The site has a page for each rule instead.
RULES = "rules.md"


class BrokenLinkError(Exception):
    """A link to a file that does not exist, or to a folder, which a site cannot show."""


def write(folder: Path) -> None:
    """Write all pages into an empty folder."""
    for path in sorted((ROOT / "docs").rglob("*.md")):
        place = path.relative_to(ROOT / "docs").as_posix()
        if place != RULES:
            _write_page(path, place, folder)
    for name, place in BESIDE.items():
        if (ROOT / name).exists():
            _write_page(ROOT / name, place, folder)
    _write(folder / RULES, rules.index(all_rules()))
    for rule in all_rules():
        _write(folder / f"rules/{rule.code}.md", rules.page(rule))


def _write_page(path: Path, place: str, folder: Path) -> None:
    text = path.read_text(encoding="utf-8")

    def moved(target: Target) -> Target:
        if target.external or not target.path:
            return target
        linked = (path.parent / target.path).resolve()
        if not linked.is_file():
            message = f"{path.relative_to(ROOT)}: the link to {target.path} leads to no file"
            raise BrokenLinkError(message)
        to, fragment = _place(linked, target.fragment, folder)
        return Target(os.path.relpath(to, Path(place).parent), fragment)

    _write(
        folder / place,
        with_targets(text, moved) + (navigation(text) if place == "index.md" else ""),
    )


def _place(linked: Path, fragment: str, folder: Path) -> tuple[str, str]:
    """Where the site has a file of the repository, and the heading in it."""
    name = linked.relative_to(ROOT).as_posix()
    if name == f"docs/{RULES}" and fragment:
        return rules.place(fragment), ""
    if name.startswith("docs/") and name.endswith(".md"):
        return name.removeprefix("docs/"), fragment
    if name in BESIDE:
        return BESIDE[name], fragment
    copy = folder / "files" / name
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(linked, copy)
    return f"files/{name}", ""


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def navigation(text: str) -> str:
    """The lists of the first page as the navigation of the site."""
    return "".join(_toctree(part.caption, part.pages) for part in parts(text))


def _toctree(caption: str, pages: tuple[tuple[str, str], ...]) -> str:
    lines = [f"{title} <{_document(target)}>" for title, target in pages]
    return "\n".join(
        ["", "```{toctree}", ":hidden:", f":caption: {caption}", "", *lines, "```", ""]
    )


def _document(target: str) -> str:
    place = os.path.normpath(os.path.join("docs", target))
    place = BESIDE.get(place, place.removeprefix("docs/"))
    return place.removesuffix(".md")
