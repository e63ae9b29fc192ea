"""The documents: what they show is what the program prints, and docs/rules.md is generated."""

import json
import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest

from apachestaple.fix.editing import render
from apachestaple.report import outgoing
from apachestaple.report.markdown import rules_page
from apachestaple.rules.catalogue import all_rules
from apachestaple.rules.finding import Effect
from tests.project import ROOT
from website import options


def test_the_page_of_rules_is_the_generated_one() -> None:
    page = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
    assert page == rules_page(all_rules()), "apachestaple rules --format markdown > docs/rules.md"


def test_no_word_of_a_rule_is_broken_at_a_hyphen_and_no_text_points_below() -> None:
    page = rules_page(all_rules())
    assert re.findall(r"\w- \w.*", page) == []
    assert re.findall(r".*\bas below\b.*", page) == []


def test_the_page_of_options_is_the_generated_one() -> None:
    text = (ROOT / "docs/reference/options.md").read_text(encoding="utf-8")
    assert text == options.page(), "python -m website.options > docs/reference/options.md"


def test_every_template_has_its_place_in_the_documents() -> None:
    page = (ROOT / "docs/reference/templates.md").read_text(encoding="utf-8")
    names = {path.name for path in (ROOT / "templates").iterdir()}
    of_fix = {kind.template for kind in get_args(render.Rendered)}
    by_format = [kind.templates for kind in get_args(outgoing.Rendered)]
    of_responders = {name for templates in by_format for name in templates.values()}
    # The one that others include.
    assert names == of_fix | of_responders | {"outgoing.about.j2"}
    for kind in get_args(render.Rendered):
        section = re.search(
            rf"^## {re.escape(kind.template)}$(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL
        )
        assert section, kind.template
        rows = re.findall(r"^\| `(\w+)` \|", section[1], re.MULTILINE)
        assert rows == [variable.name for variable in fields(kind)]


@pytest.mark.parametrize("kind", get_args(render.Rendered), ids=lambda kind: kind.template)
def test_the_page_shows_the_templates_of_fix(kind: Any) -> None:
    page = (ROOT / "docs/reference/templates.md").read_text(encoding="utf-8")
    section = page.partition(f"\n## {kind.template}\n")[2].partition("\n## ")[0]
    shown = re.findall(r"^```jinja\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert shown == [(ROOT / "templates" / kind.template).read_text(encoding="utf-8")]


@pytest.mark.parametrize("kind", get_args(outgoing.Rendered), ids=lambda kind: str(kind.__name__))
def test_every_template_of_responders_has_its_variables_in_the_documents(kind: Any) -> None:
    page = (ROOT / "docs/reference/templates.md").read_text(encoding="utf-8")
    sections = re.split(r"^## ", page, flags=re.MULTILINE)
    (section,) = (text for text in sections if f"`{next(iter(kind.templates.values()))}`" in text)
    for form, name in kind.templates.items():
        assert f"| `{form}` | `{name}` |" in section
    rows = re.findall(r"^\| `(\w+)` \| [^`]", section, re.MULTILINE)
    assert rows == [variable.name for variable in fields(kind)]
    for part in re.findall(r"a list of `(\w+)`", kind.__doc__):
        (listed,) = re.findall(rf"^`{part}`: (.*?)\.$", page, re.MULTILINE | re.DOTALL)
        names = [variable.name for variable in fields(getattr(outgoing, part))]
        assert re.findall(r"`(\w+)`", listed) == names


def test_every_dependency_has_its_place_in_the_documents() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    always = _names(project["dependencies"]) | _names(extras["test"])
    page = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
    headings = " ".join(re.findall(r"^### (.*)$", page, re.MULTILINE)).lower()
    named = set(re.findall(r"[a-z0-9-]+", headings))
    assert always <= named
    assert named <= {"and"} | always | {name for each in extras.values() for name in _names(each)}


def _names(requirements: list[str]) -> set[str]:
    names = {re.split("[=>[]", requirement)[0] for requirement in requirements}
    return names - {"apachestaple"}


def test_every_file_in_the_architecture_page_exists() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    # as4NN_… stands for the file of a new rule.
    named = {path for path in re.findall(r"`([\w/]+/\w+\.(?:py|j2))`", page) if "NN" not in path}
    assert len(named) > 20
    for path in named:
        assert any((folder / path).exists() for folder in (ROOT, ROOT / "apachestaple")), path
    packages = dict(re.findall(r"^\| `([\w/]+)/` \|.*\| (.*) \|$", page, re.MULTILINE))
    folders = {path.name for path in (ROOT / "apachestaple").iterdir() if path.is_dir()}
    assert folders - {"__pycache__"} <= packages.keys()
    for package, files in packages.items():
        for name in re.findall(r"`(\w+\.py)`", files):
            assert (ROOT / "apachestaple" / package / name).exists(), f"{package}/{name}"


def test_the_page_about_json_has_every_member_and_schema() -> None:
    page = (ROOT / "docs/reference/json.md").read_text(encoding="utf-8")
    schemas = {path.name for path in (ROOT / "docs/schemas").iterdir()}
    # responders.json is the part of answers.json without the answers.
    assert schemas == set(re.findall(r"\(\.\./schemas/([\w.-]+)\)", page))
    findings = section(page, "### Findings")
    assert members(findings) == list(properties("lint")["findings"]["items"]["properties"])
    effects = re.findall(r"^\| `([\w-]+)` \| (.*) \|$", section(page, "### Effects"), re.MULTILINE)
    assert effects == [(effect.value, effect.meaning) for effect in Effect]
    schemas_of = {"responders": "answers"}
    for name in ("lint", "fix", "hosts", "responders", "probe", "explain", "dump"):
        table = section(page, f"## {name}").partition("\n### ")[0]
        assert members(table) == list(properties(schemas_of.get(name, name))), name


def section(page: str, heading: str) -> str:
    """What is below a heading, up to the next one of the same level."""
    level = heading.partition(" ")[0]
    return re.split(
        rf"^#{{2,{len(level)}}} ", page.partition(f"\n{heading}\n")[2], flags=re.MULTILINE
    )[0]


def members(section: str) -> list[str]:
    """The names in the first column of a table."""
    rows = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`(\w+)`", row)]


def properties(schema: str) -> dict[str, Any]:
    """The members that a schema describes, of the object or of the objects in a list."""
    read = json.loads((ROOT / f"docs/schemas/{schema}.json").read_text(encoding="utf-8"))
    found: dict[str, Any] = read.get("items", read)["properties"]
    return found


PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*.md")])


@pytest.mark.parametrize("page", PAGES, ids=[str(path.relative_to(ROOT)) for path in PAGES])
def test_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_the_readme_fits_two_screens() -> None:
    """A screen has 50 lines of 100 columns."""
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert sum(max(1, -(-len(line) // 100)) for line in lines) <= 100
