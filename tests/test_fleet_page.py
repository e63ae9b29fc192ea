"""The page of ``report`` in a real browser."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.documents import certificate, document, finding, host, write
from tests.in_process import run_here as run
from tests.test_fleet_views import hostile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    Opened = Callable[..., Page]

# Waits until the lists are shown.
READY = "html[data-ready]"


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opened]:
    """Opens a page; in the end, it must have made no requests and reported no errors."""
    problems: list[str] = []
    requests: list[str] = []
    contexts = []

    def open_page(path: Path, fragment: str = "", **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("dialog", lambda dialog: problems.append(dialog.message))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(path.as_uri() + fragment)
        if options.get("java_script_enabled", True):
            page.wait_for_selector(READY, state="attached")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []
    # Only the pages themselves were requested, once each.
    assert len(requests) == len(contexts)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of five servers, one of which was not linted, with 300 hosts each."""
    folder = tmp_path_factory.mktemp("report")
    (folder / "old").mkdir()
    (folder / "new").mkdir()
    for number in range(4):
        hosts = [_host(number, each) for each in range(300)]
        known = [finding(line=line) for line in range(1, 4)]
        added = finding("AS304", name="no-ocsp-uri", severity="warning", message=f"new {number}")
        name = f"web{number}"
        write(folder / f"old/{name}.json", document(name, hosts, known))
        write(folder / f"new/{name}.json", document(name, hosts, [*known[1:], added]))
    write(folder / "new/web9.json", {"server": "web9", "error": "connection refused"})
    page = folder / "report.html"
    done = run("report", folder / "new", "--since", folder / "old", "--output", page)
    assert (done.returncode, done.stderr) == (0, "")
    return page


_STATES = (
    (True, "mod_ssl staples the responses of http://ocsp.example.com"),
    (False, "SSLUseStapling is off"),
    (None, "certs/{name}.pem was not read"),
)


def _host(server: int, number: int) -> dict[str, Any]:
    name = f"site{number:03}.web{server}.example.com"
    staples, why = _STATES[number % 3]
    own = certificate(
        issuer=f"CN=Authority {number % 2}", not_after=f"20{40 + number % 7}-01-02T00:00:00Z"
    )
    return host(
        f"{name}:443",
        staples=staples,
        why=why.format(name=name),
        certificates=[own],
        file=f"/etc/apache2/sites-enabled/{name}.conf",
        line=number + 1,
    )


def status(page: Page) -> str:
    return page.inner_text(".status")


def column(page: Page, name: str) -> list[str]:
    """The texts of a column of the rows that are shown."""
    cells: list[str] = page.evaluate(
        """name => {
            const names = [...document.querySelectorAll("#rows thead th")];
            const at = names.findIndex(heading => heading.dataset.column === name);
            const rows = [...document.querySelectorAll("#rows tbody tr")];
            return rows.map(row => row.cells[at].innerText);
        }""",
        name,
    )
    return cells


def follow(page: Page, fragment: str) -> None:
    """Follow a link within the page."""
    page.evaluate(
        """fragment => new Promise(done => {
            if (location.hash === "#" + fragment) return done();
            addEventListener("hashchange", () => setTimeout(done), {once: true});
            location.hash = fragment;
        })""",
        fragment,
    )


def test_search_filters_sorting_and_pages(opened: Opened, report: Path) -> None:
    page = opened(report)
    expect(page.locator(".status")).to_have_text("5 servers")
    assert column(page, "server") == ["web0", "web1", "web2", "web3", "web9"]
    assert column(page, "error")[4] == "connection refused"
    assert column(page, "gone") == ["1", "1", "1", "1", ""]

    assert not page.is_visible(".pager")

    page.click(".tiles a:has-text('without staple')")
    expect(page.locator(".status")).to_have_text("1 to 100 of 400 hosts (of 1,200)")
    assert set(column(page, "staples")) == {"no"}
    page.click("button:text-is('Last')")
    expect(page.locator(".status")).to_have_text("301 to 400 of 400 hosts (of 1,200)")
    assert page.url.endswith("#hosts?staples=no&page=4")

    # A search goes through all columns; each word must be found, also in upper case.
    page.fill("#search", "WEB2 site01")
    page.locator(".status", has_text="4 hosts (of").wait_for()
    assert column(page, "name") == [f"site01{n}.web2.example.com:443" for n in (0, 3, 6, 9)]
    page.fill("#search", "nothing like this")
    page.wait_for_selector("text=Nothing matches.")
    expect(page.locator(".status")).to_have_text("0 hosts (of 1,200)")
    page.fill("#search", "")

    # The reasons of hosts with different names are one group, whose link finds them.
    page.click("a:text-is('certs/HOST.pem was not read')")
    page.wait_for_selector(".chip")
    expect(page.locator(".status")).to_have_text("1 to 100 of 400 hosts (of 1,200)")
    assert column(page, "why")[0] == "certs/site002.web0.example.com.pem was not read"
    assert column(page, "file")[0] == "/etc/apache2/sites-enabled/site002.web0.example.com.conf:3"
    page.click(".chip")
    expect(page.locator(".status")).to_have_text("1 to 100 of 1,200 hosts")

    page.select_option("select[name=authority]", "CN=Authority 1")
    expect(page.locator(".status")).to_have_text("1 to 100 of 600 hosts (of 1,200)")
    page.click("th button:text-is('Expires')")
    ends = column(page, "end")
    assert ends == sorted(ends)
    assert ends[0] == "2040-01-02"
    page.click("th button:text-is('Host')")
    page.click("th button:text-is('Host')")
    names = column(page, "name")
    assert names[0] == "site299.web3.example.com:443"
    assert names == sorted(names, reverse=True)

    page.click(".summaries a:text-is('AS304 no-ocsp-uri')")
    expect(page.locator(".status")).to_have_text("4 findings (of 16)")
    assert set(column(page, "state")) == {"new"}
    page.click(".tiles a:has-text('findings gone')")
    expect(page.locator(".status")).to_have_text("4 findings (of 16)")
    assert set(column(page, "rule")) == {"AS201 missing-stapling-cache"}
    # The numbers at the top link to what they count, without the findings that are gone.
    for label, counted in (("errors", 8), ("warnings", 4), ("fixable", 12)):
        tile = page.locator(f".tiles a:has-text('{label}')")
        assert tile.inner_text().split() == [str(counted), label]
        tile.click()
        page.locator(".status", has_text=f"{counted} findings (of 16)").wait_for()
    assert set(column(page, "state")) == {"new", "unchanged"}
    assert set(column(page, "fix")) == {"safe"}
    page.click(".tiles a:has-text('new findings')")
    page.locator(".mark.unchanged").first.wait_for(state="detached")
    assert set(column(page, "state")) == {"new"}
    page.go_back()
    page.locator(".mark.unchanged").first.wait_for()


def test_an_address_of_the_page_leads_to_what_it_showed(opened: Opened, report: Path) -> None:
    page = opened(report, "#hosts?staples=unknown&q=web3&sort=-name&page=1")
    expect(page.locator(".status")).to_have_text("100 hosts (of 1,200)")
    assert column(page, "name")[0] == "site299.web3.example.com:443"
    assert page.input_value("#search") == "web3"
    # What does not exist is left out.
    follow(page, "hosts?nothing=1&name=2&sort=nothing&page=-7")
    expect(page.locator(".status")).to_have_text("1 to 100 of 1,200 hosts")
    follow(page, "__proto__?constructor=1")
    expect(page.locator(".status")).to_have_text("5 servers")


def test_the_keyboard_is_enough(opened: Opened, report: Path) -> None:
    page = opened(report)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "explore"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".status")).to_have_text("1 to 100 of 1,200 hosts")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("site000")
    page.locator(".status", has_text="4 hosts (of").wait_for()
    page.focus("th[data-column=server] button")
    outline = "getComputedStyle(document.activeElement).outlineWidth"
    for order in ("ascending", "descending"):
        page.keyboard.press("Enter")
        heading = page.locator("th[data-column=server]")
        assert heading.get_attribute("aria-sort") == order
        assert page.evaluate("document.activeElement.textContent") == "Server"
        assert page.evaluate(outline) == "3px"
    assert column(page, "server") == ["web3", "web2", "web1", "web0"]
    # Everything that can be clicked can be focused, and has a name.
    nameless = page.evaluate(
        """[...document.querySelectorAll("a, button, input, select, [role=region]")].filter(
            one => one.tabIndex < 0 || !(one.ariaLabel || (one.closest("label") ?? one).textContent)
        ).length"""
    )
    assert nameless == 0


def luminance(colour: str) -> float:
    """The relative luminance of a colour (WCAG 2)."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(page: Page, selector: str) -> float:
    """The contrast of a text with the card or page behind it."""
    colours = page.evaluate(
        """selector => {
            const one = document.querySelector(selector);
            const colour = each => getComputedStyle(each).backgroundColor;
            let behind = one;
            while (colour(behind) === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
            return [getComputedStyle(one).color, colour(behind)];
        }""",
        selector,
    )
    low, high = sorted(map(luminance, colours))
    return (high + 0.05) / (low + 0.05)


def test_dark_light_and_small_screens(opened: Opened, report: Path) -> None:
    backgrounds = []
    for scheme in ("light", "dark"):
        page = opened(report, "#findings", color_scheme=scheme)
        backgrounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        texts = (
            "h1",
            ".when",
            ".tile.good b",
            ".tile.bad b",
            ".tile.open b",
            "thead th",
            "tbody a",
        )
        for selector in (*texts, ".mark.error", ".mark.warning", ".mark.new", "#search", ".status"):
            # The level AA of the Web Content Accessibility Guidelines.
            assert contrast(page, selector) >= 4.5, (scheme, selector)
    light, dark = map(luminance, backgrounds)
    assert light > 0.8
    assert dark < 0.1
    page = opened(report, "#hosts", viewport={"width": 360, "height": 640})
    width = "document.documentElement.scrollWidth"
    assert page.evaluate(width) == 360


def test_paper_shows_more_rows_and_no_controls(opened: Opened, report: Path) -> None:
    page = opened(report, "#hosts?staples=no", color_scheme="dark")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert len(column(page, "name")) == 400
    expect(page.locator(".status")).to_have_text("400 hosts (of 1,200)")
    for selector in (".filters", ".pager", ".tabs a:not([aria-current])"):
        assert not page.is_visible(selector)
    assert page.is_visible(".tiles")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert len(column(page, "name")) == 100


def test_totals_and_groups_need_no_javascript(opened: Opened, report: Path) -> None:
    page = opened(report, java_script_enabled=False)
    text = page.inner_text("body")
    for shown in (
        "1,200\nhosts",
        "web9: connection refused",
        "AS201 missing-stapling-cache",
        "certs/HOST.pem was not read",
        "CN=Authority 1",
        "not linted: connection refused",
        "need JavaScript",
    ):
        assert shown in text
    assert not page.is_visible("#browser")


PAYLOADS = (
    "</script><script>window.owned=1</script>",
    "<img src=x onerror=window.owned=1>",
    '"><svg onload=window.owned=1>',
    "javascript:window.owned=1",
    "{{ 7*7 }}{% raw %}",
    "<!--<script>",
    "a\u2028b\x01c\x02d\ne",
)


def test_no_text_is_run(opened: Opened, tmp_path: Path) -> None:
    source = write(tmp_path / "a.json", hostile("hostile"))
    text = source.read_text()
    (mark,) = set(re.findall(r'"subject": "((?:[^"\\]|\\.)*)"', text))
    for number, payload in enumerate(PAYLOADS):
        written = payload.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        written = written.replace("\x01", "\\u0001").replace("\x02", "\\u0002")
        server = f'"server": "{written}{number}"'
        own = text.replace(mark, written).replace('"server": "hostile"', server)
        (tmp_path / f"{number}.json").write_text(own)
    write(tmp_path / "error.json", {"server": PAYLOADS[0], "error": "".join(PAYLOADS)})
    (tmp_path / f"{PAYLOADS[1]}.json").write_text("{")
    done = run("report", tmp_path, "--since", source, "--output", tmp_path / "page.html")
    assert done.returncode == 0
    page = opened(tmp_path / "page.html")
    elements = page.evaluate("document.querySelectorAll('img, script, iframe, object').length")
    # The script itself; the data are removed when they are loaded.
    assert elements == 1
    for table, name in itertools.product(("servers", "hosts", "findings"), (None, "server")):
        follow(page, table)
        page.click(f"th[data-column={name}] button" if name else "th button")
        shown = page.inner_text("#rows")
        assert "</script><script>window.owned=1</script>" in shown
        assert "{{ 7*7 }}{% raw %}" in shown
        assert "\x01" not in shown
    follow(page, "hosts")
    why = column(page, "why")
    assert set(PAYLOADS[:6]) <= set(why)
    assert r"a\u2028b\x01c\x02d\ne" in why
    for selector in page.query_selector_all(".summaries a, #rows a"):
        assert (selector.get_attribute("href") or "").startswith("#")
    # Each link to a group finds its hosts.
    for link in page.query_selector_all(".summaries section:not(.wide) a"):
        link.click()
        assert not status(page).startswith("0 "), link.inner_text()
    assert page.evaluate("window.owned") is None
    assert page.evaluate("document.querySelectorAll('img, script, iframe, object').length") == 1
