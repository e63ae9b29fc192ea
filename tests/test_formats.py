"""The formats of the report of lint, each read by a program or a schema that is not ours."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest
from jsonschema import Draft7Validator
from junitparser import Failure, JUnitXml

from apachestaple.report.columns import wrapped
from apachestaple.report.escaping import markdown
from apachestaple.report.markdown import rule_page
from apachestaple.rules.catalogue import find_rule
from tests.in_process import run_here as run
from tests.project import ROOT
from tests.published_schemas import SARIF, published_schema
from tests.schemas import LINT, checked
from tests.test_cli import on_terminal

if TYPE_CHECKING:
    import subprocess

FORMATS = ("text", "concise", "json", "github", "gitlab", "sarif", "junit")
SLIP = "<VirtualHost *:443>\nServerName h{0}\nSSLEngine on\nSSLUseStaplin on\n</VirtualHost>\n"
GOOD = "<VirtualHost *:443>\n    SSLEngine on\n    SSLUseStapling on\n</VirtualHost>\n"


@pytest.fixture
def examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the examples, in a repository that is the working folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("CI_PROJECT_DIR", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(ROOT / "examples/apache2", tmp_path / "web server/apache2", symlinks=True)
    return tmp_path / "web server/apache2"


@pytest.fixture
def slips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with 25 hosts that have the same mistake."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "site.conf"
    path.write_text("".join(map(SLIP.format, range(25))))
    return path


def linted(form: str, *words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return run("lint", "--isolated", "--format", form, *words, env=variables)


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_has_the_same_exit_codes(slips: Path, tmp_path: Path, form: str) -> None:
    assert linted(form, slips).returncode == 1
    assert linted(form, "--exit-zero", slips).returncode == 0
    assert linted(form, tmp_path / "gone.conf").returncode == 2
    assert linted(form, "--exit-zero", tmp_path / "gone.conf").returncode == 2
    good = tmp_path / "good.conf"
    good.write_text(GOOD)
    assert linted(form, good).returncode == 0


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_can_be_written_to_a_file(slips: Path, tmp_path: Path, form: str) -> None:
    report = tmp_path / "report"
    report.write_text("an old report")
    report.chmod(0o600)
    done = linted(form, "--output", report, slips)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    written = report.read_text()
    assert "AS101" in written
    assert "an old report" not in written
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report", "site.conf"]


# -- SARIF --------------------------------------------------------------------------------------


def sarif(*words: str | Path) -> dict[str, Any]:
    """The only run of a SARIF log, after validation."""
    log = json.loads(linted("sarif", *words).stdout)
    Draft7Validator(published_schema(SARIF)).validate(log)
    (made,) = log["runs"]
    run: dict[str, Any] = made
    return run


def test_sarif_is_valid_and_names_its_rules(examples: Path) -> None:
    run = sarif(examples)
    rules = run["tool"]["driver"]["rules"]
    assert len({result["ruleId"] for result in run["results"]}) == len(rules) == 16
    for result in run["results"]:
        rule = rules[result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        assert rule["help"]["text"]
        # A reader on another machine gets the whole text.
        assert "helpUri" not in rule
        known = find_rule(rule["id"])
        assert known is not None
        assert rule_page(known).partition("\n\n")[2].strip() == rule["help"]["markdown"].strip()
        assert result["partialFingerprints"]
    off = next(result for result in run["results"] if result["ruleId"] == "AS501")
    assert off["properties"]["benchmark"] == "CIS 7.11"
    assert off["level"] == "note"


def test_sarif_paths_are_relative_to_the_repository(examples: Path, tmp_path: Path) -> None:
    run = sarif(examples)
    base = run["originalUriBaseIds"]["%SRCROOT%"]["uri"]
    assert base == tmp_path.resolve().as_uri() + "/"
    for result in run["results"]:
        for location in [*result["locations"], *result.get("relatedLocations", ())]:
            artifact = location["physicalLocation"]["artifactLocation"]
            assert artifact["uriBaseId"] == "%SRCROOT%"
            assert artifact["uri"].startswith("web%20server/apache2/")
            assert (tmp_path / unquote(artifact["uri"])).is_file()


def test_sarif_paths_elsewhere_are_file_uris(
    slips: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    (artifact, *_) = (
        result["locations"][0]["physicalLocation"]["artifactLocation"]
        for result in sarif(slips)["results"]
    )
    assert artifact == {"uri": slips.as_uri()}


def test_the_fixes_of_sarif_repair_their_findings(examples: Path, tmp_path: Path) -> None:
    results = sarif(examples)["results"]
    fixable = {result["ruleId"] for result in results if "fixes" in result}
    assert {"AS101", "AS106", "AS202", "AS206", "AS208", "AS304", "AS306"} <= fixable
    for result in (result for result in results if "fixes" in result):
        before = {path: path.read_bytes() for path in examples.rglob("*.conf")}
        for change in result["fixes"][0]["artifactChanges"]:
            apply(tmp_path / unquote(change["artifactLocation"]["uri"]), change["replacements"])
        fingerprint = result["partialFingerprints"]
        left = sarif(examples)["results"]
        assert fingerprint not in [each["partialFingerprints"] for each in left]
        for path, old in before.items():
            path.write_bytes(old)


def apply(path: Path, replacements: list[dict[str, Any]]) -> None:
    """Replace lines of a file, the last ones first, as an editor does."""
    lines = path.read_text().splitlines(keepends=True)
    for each in sorted(replacements, key=lambda e: -int(e["deletedRegion"]["startLine"])):
        region = each["deletedRegion"]
        assert region["startColumn"] == region["endColumn"] == 1
        text = each["insertedContent"]["text"]
        lines[region["startLine"] - 1 : region["endLine"] - 1] = [text]
    path.write_text("".join(lines))


def test_ten_findings_of_a_rule_have_fixes_in_sarif(slips: Path) -> None:
    results = sarif(slips)["results"]
    assert len(results) == 25
    assert ["fixes" in result for result in results] == [True] * 10 + [False] * 15


def test_a_message_of_sarif_has_no_links(tmp_path: Path) -> None:
    site = tmp_path / "site.conf"
    site.write_text(GOOD + "SSLStaplingResponderTimeout [9](https://evil.example)\n")
    text = json.dumps(sarif(site)["results"])
    assert "evil.example" in text
    assert "](" not in text


# -- GitLab -------------------------------------------------------------------------------------


def test_gitlab_gets_what_it_requires(examples: Path, tmp_path: Path) -> None:
    issues = json.loads(linted("gitlab", examples).stdout)
    assert len(issues) == 17
    for issue in issues:
        assert issue["description"]
        assert re.fullmatch(r"AS\d{3} [a-z0-9-]+", issue["check_name"])
        assert re.fullmatch(r"[0-9a-f]{64}", issue["fingerprint"])
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert (tmp_path / issue["location"]["path"]).is_file()
        assert issue["location"]["lines"]["begin"] >= 1


def test_gitlab_paths_are_relative_to_the_project(
    examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(examples)
    issues = json.loads(linted("gitlab", ".", CI_PROJECT_DIR=str(tmp_path)).stdout)
    assert {issue["location"]["path"][:19] for issue in issues} == {"web server/apache2/"}


@pytest.mark.parametrize("form", ["gitlab", "json", "sarif"])
def test_equal_lines_have_different_fingerprints(tmp_path: Path, form: str) -> None:
    site = tmp_path / "site.conf"
    site.write_text("SSLUseStaplin on\n" * 3)
    made = linted(form, site).stdout
    fingerprints = re.findall(r'"(?:fingerprint|apachestaple/v1)": "([0-9a-f]{64})"', made)
    assert len(set(fingerprints)) == len(fingerprints) == 3


# -- JUnit --------------------------------------------------------------------------------------


def suites(*words: str | Path) -> JUnitXml:
    return JUnitXml.fromstring(linted("junit", *words).stdout.encode())


def test_junit_has_a_case_for_each_finding(examples: Path) -> None:
    report = suites(examples)
    (suite,) = report
    assert suite.name == "web server/apache2/apache2.conf"
    cases = list(suite)
    assert (report.tests, report.failures) == (len(cases), 15) == (17, 15)
    failed = [case for case in cases if any(isinstance(each, Failure) for each in case.result)]
    assert len(failed) == 15
    assert {case.classname.partition("/")[0] for case in cases} == {"web server"}


def test_junit_fails_as_the_exit_code_does(examples: Path) -> None:
    assert suites("--fail-on", "error", examples).failures == 8
    assert suites("--fail-on", "info", examples).failures == 17


def test_junit_without_findings_has_a_case_that_passes(tmp_path: Path) -> None:
    (tmp_path / "good.conf").write_text(GOOD)
    (suite,) = suites(tmp_path / "good.conf")
    (case,) = suite
    assert case.is_passed


def test_junit_takes_any_byte(tmp_path: Path) -> None:
    site = tmp_path / "s\udcff.conf"
    site.write_bytes(b'SSLUseStaplin "\x01<&]]>\xff\x0b"\n')
    (suite,) = suites(site)
    assert "\\xff" in suite.name


# -- GitHub -------------------------------------------------------------------------------------


def test_github_gets_ten_annotations_of_a_rule(slips: Path) -> None:
    lines = linted("github", slips).stdout.splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["::error"] * 10 + ["::notice"]
    assert lines[-1].endswith("::15 more findings of this rule")


def test_github_shows_a_summary_of_the_step(slips: Path, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("# Before\n")
    linted("github", slips, GITHUB_STEP_SUMMARY=str(summary))
    text = summary.read_text()
    assert text.startswith("# Before\n## apachestaple\n\n25 errors, 0 warnings")
    assert "| AS101 misspelt-directive | error | 25 |" in text
    assert text.count("- **error** AS101 site.conf:4: ") == 1
    assert text.endswith("- 15 more of AS101\n")
    summary.unlink()
    linted("json", slips, GITHUB_STEP_SUMMARY=str(summary))
    assert not summary.exists()


def test_no_text_is_markup_in_markdown() -> None:
    assert markdown("a <b> `c` [d](e) @f | *g* _h_\x1b") == (
        "a &#60;b&#62; &#96;c&#96; &#91;d&#93;(e) &#64;f &#124; &#42;g&#42; &#95;h&#95;&#92;x1b"
    )
    assert markdown("www.a.example http://b.example mailto:c :smile: :100:") == (
        "www&#46;a.example http&#58;//b.example mailto&#58;c &#58;smile: :100&#58;"
    )
    assert [markdown(text) for text in ("- a", "1. a", "== a")] == [
        "&#45; a",
        "&#49;. a",
        "&#61;= a",
    ]
    readable = "www1.example.com:443, Let's Encrypt (R3) = 5 %; CN=Lab CA"
    assert markdown(readable) == readable


# -- text ---------------------------------------------------------------------------------------


def test_a_concise_line_is_a_place_and_a_message(slips: Path) -> None:
    lines = linted("concise", slips).stdout.splitlines()
    assert len(lines) == 25
    assert lines[0] == "site.conf:4:1: error[AS101] there is no directive SSLUseStaplin"


def test_ten_findings_of_a_rule_are_shown_and_the_others_counted(slips: Path) -> None:
    text = linted("text", slips).stdout
    assert text.count("error[AS101]") == 10
    assert "Further findings: 15 of AS101. To list them, use --verbose." in text
    assert "AS101  misspelt-directive  error     25        25     safe" in text
    everything = linted("text", "--verbose", slips).stdout
    assert everything.count("error[AS101]") == 25
    assert "Further" not in everything


def test_a_verbose_text_lists_all_hosts(tmp_path: Path) -> None:
    hosts = "".join(f"<VirtualHost *:{port}>\n</VirtualHost>\n" for port in range(5000, 5030))
    (tmp_path / "httpd.conf").write_text(
        "LoadModule ssl_module m.so\nSSLEngine on\nSSLUseStapling on\nListen 443\n" + hosts
    )
    words = ("--select", "AS201", tmp_path / "httpd.conf")
    assert re.search(r"hosts?: .* and \d+ more$", linted("text", *words).stdout, re.MULTILINE)
    (line,) = re.findall("hosts: .*", linted("text", "--verbose", *words).stdout)
    assert line.count("httpd.conf:") >= 30
    assert "more" not in line


def test_statistics_are_the_table_alone(slips: Path) -> None:
    for form in ("text", "concise"):
        text = linted(form, "--statistics", slips).stdout
        assert text.splitlines()[0].split() == [
            *("RULE", "NAME", "SEVERITY", "FINDINGS", "HOSTS", "FIX")
        ]
        assert "-->" not in text
    done = linted("json", "--statistics", slips)
    assert done.returncode == 2
    assert "--statistics" in done.stderr


def test_text_fits_a_terminal(examples: Path) -> None:
    for columns in (50, 80, 120):
        shown = on_terminal("lint", str(examples), COLUMNS=str(columns), NO_COLOR="1")
        lines = shown.replace("\r\n", "\n").splitlines()
        for line in lines:
            # A path is one word, which is not broken. The table of rules is 70 columns wide.
            is_table = re.match(r"(RULE|AS\d{3})  ", line)
            assert len(line) <= columns or len(line.split()) <= 3 or is_table, line
        together = re.sub(r"\s+", " ", shown)
        assert "handshakes fail if the client requests a staple = log: AH01940" in together


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("a b", None, ["a b"]),
        ("aa bb cc", 6, ["aa", "   bb", "   cc"]),
        ("aa bb cc", 7, ["aa bb", "   cc"]),
        ("aaaaaaaaaaaa b", 6, ["aaaaaaaaaaaa", "   b"]),
        ("名前 名前", 7, ["名前", "   名前"]),
        ("", 1, [""]),
    ],
)
def test_lines_are_wrapped_at_words(text: str, columns: int | None, lines: list[str]) -> None:
    assert wrapped(text, columns, first=2, indent=3) == lines


# -- colours and links --------------------------------------------------------------------------

COLOURED = "\x1b[1;31merror[AS101]\x1b[0m"


def test_colours_can_be_asked_for(slips: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert COLOURED in linted("text", "--color", "always", slips, TERM="xterm").stdout
    assert COLOURED in linted("text", slips, FORCE_COLOR="1", TERM="xterm").stdout
    assert "\x1b" not in linted("text", slips).stdout
    assert "\x1b" not in linted("text", slips, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert "\x1b" not in linted("text", "--color", "never", slips, FORCE_COLOR="1").stdout
    assert "\x1b" not in on_terminal("lint", "--color", "never", str(slips))
    done = linted("text", "--color", "sometimes", slips)
    assert done.returncode == 2
    assert "--color must be one of auto, always, never" in done.stderr


def test_a_terminal_gets_links_to_the_documentation(slips: Path) -> None:
    shown = on_terminal("lint", "--format", "concise", str(slips))
    url = urlsplit(re.findall("\x1b\\]8;;(.+?)\x1b", shown)[0])
    heading = re.sub("[^a-z0-9]+", "-", url.fragment)
    headings = [
        line.removeprefix("## ").lower().replace(" ", "-")
        for line in Path(unquote(url.path)).read_text().splitlines()
        if line.startswith("## ")
    ]
    assert heading in headings
    assert "\x1b]8" not in on_terminal("lint", str(slips), NO_COLOR="1")
    assert "\x1b]8" not in linted("text", slips, FORCE_COLOR="1").stdout


def test_the_url_of_a_finding_is_a_file_that_exists(slips: Path) -> None:
    document = checked(linted("json", slips).stdout, LINT)
    url = urlsplit(document["findings"][0]["url"])
    assert os.path.isfile(unquote(url.path))
    assert url.fragment == "as101-misspelt-directive"
