"""The site of the documentation: its pages, links and search, and pages without JavaScript."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from apachestaple.rules.catalogue import all_rules
from tests.project import ROOT
from website.html import Site
from website.markdown import parts, targets

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext

PARTS = ["Tutorial", "How-to guides", "Reference", "Explanation", "Development"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "website", str(folder / "docs")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return folder / "docs/html"


def requests(context: BrowserContext) -> list[str]:
    """The addresses that the pages of a context open from now on."""
    found: list[str] = []
    context.on("request", lambda request: found.append(request.url))
    return found


def test_the_site_has_a_page_for_each_page_and_rule(folder: Path) -> None:
    pages = Site.read(folder).pages
    written = {
        path.relative_to(ROOT / "docs").with_suffix(".html").as_posix()
        for path in (ROOT / "docs").rglob("*.md")
    }
    assert written | {f"rules/{rule.code}.html" for rule in all_rules()} <= pages.keys()


def test_pages_are_read_without_other_hosts_and_without_javascript(
    folder: Path, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False)
    opened = requests(context)
    page = context.new_page()
    page.goto((folder / "index.html").as_uri())
    captions = page.locator(".sidebar-tree .caption-text").all_inner_texts()
    assert [caption.lower() for caption in captions] == [
        part.caption.lower() for part in parts((ROOT / "docs/index.md").read_text(encoding="utf-8"))
    ]
    page.locator(".sidebar-tree").get_by_role("link", name="Commands").click()
    assert page.locator("h1").first.inner_text().startswith("Commands")
    page.goto((folder / "rules/AS206.html").as_uri())
    assert "AH00823" in page.locator("article").inner_text()
    assert all(url.startswith("file://") for url in opened)
    context.close()


def test_search_needs_no_server(folder: Path, browser: Browser) -> None:
    context = browser.new_context()
    opened = requests(context)
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto((folder / "search.html").as_uri() + "?q=AH00823")
    page.locator("#search-results .search a").first.wait_for()
    found = page.locator("#search-results .search a").all_inner_texts()
    assert "AS206 cache-size-fatal" in found
    assert problems == []
    assert all(url.startswith("file://") for url in opened)
    context.close()


def test_the_first_page_lists_all_pages() -> None:
    index = ROOT / "docs/index.md"
    text = index.read_text(encoding="utf-8")
    listed = {target for part in parts(text) for _, target in part.pages}
    pages = {path.relative_to(index.parent).as_posix() for path in index.parent.rglob("*.md")}
    assert pages - {"index.md"} <= listed
    assert {part.caption for part in parts(text)} <= set(PARTS)


def test_a_link_to_a_missing_heading_fails_the_build(tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "index.md").write_text("# Title\n\n[text](#missing)\n")
    command = [sys.executable, "-c", "import sys; from website.__main__ import build, Path"]
    command[-1] += "; sys.exit(build('html', Path(sys.argv[1]), Path(sys.argv[2])))"
    command += [str(pages), str(tmp_path / "html")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "index.md:3: WARNING: 'myst' cross-reference target not found: 'missing'" in done.stderr


def test_the_pages_link_to_headings_and_files() -> None:
    text = "[a](b.md#c)\n\n```sh\n[x](y)\n```\n- [d](https://example.com/e_f)\n"
    assert [str(target) for target in targets(text)] == ["b.md#c", "https://example.com/e_f"]


PAGE = '<h1 id="top">Top</h1>{}'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('<a href="other.html">', "index.html: other.html: no such file"),
        ('<a href="#bottom">', "index.html: #bottom: no such heading"),
        ('<a href="index.html#bottom">', "index.html: index.html#bottom: no such heading"),
        ('<img src="//example.com/a.png">', "index.html: //example.com/a.png: an address without"),
        ('<script src="https://example.com/a.js">', "the page would load it from another host"),
        ('<link rel="stylesheet" href="http://example.com/a.css">', "from another host"),
        ('<a href="https:///path">', "index.html: https:///path: not an address of the web"),
        ('<a href="file:///etc/passwd">', "not an address of the web"),
        ('<a href="folder/">', "index.html: folder/: no such file"),
    ],
)
def test_problems_of_links(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "index.html").write_text(
        PAGE.format('<a href="#top"><a href="https://a.example/">')
    )
    assert list(Site.read(tmp_path).problems()) == []
    (tmp_path / "index.html").write_text(PAGE.format(text))
    (found,) = Site.read(tmp_path).problems()
    assert problem in found
