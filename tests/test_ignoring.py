"""Comments and settings that ignore findings, and comments that ignore nothing."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from apachestaple.filesystem.globs import PathPattern
from apachestaple.fix.editing.comments import can_take_comment, with_ignores, without_words
from apachestaple.rules.catalogue import all_rules
from tests.in_process import run_here as run
from tests.schemas import LINT, checked

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from apachestaple.rules.rule import Rule
    from tests.lab.play import Lab

HOST = """\
<VirtualHost *:443>
    ServerName www.example.com
    SSLEngine on
{lines}
</VirtualHost>
"""


def rule(code: str) -> Rule:
    return next(each for each in all_rules() if each.code == code)


def host(*lines: str) -> str:
    return HOST.format(lines="\n".join(f"    {line}" for line in lines))


def found(path: Path, *words: str) -> list[tuple[str, int]]:
    """Code and line of each finding that is not only an information."""
    document = checked(run("lint", "--isolated", "--format", "json", *words, path).stdout, LINT)
    return [(f["rule"], f["line"]) for f in document["findings"] if f["severity"] != "info"]


def linted(tmp_path: Path, text: str, *words: str) -> list[tuple[str, int]]:
    site = tmp_path / "site.conf"
    site.write_text(text)
    return found(site, *words)


@pytest.mark.parametrize("code", ["AS018", "AS019"])
def test_httpd_starts_with_the_comments_of_the_examples(lab: Lab, code: str) -> None:
    for example in rule(code).bad:
        httpd = lab.httpd(example.text)
        assert code in [each for each, _ in found(httpd.root / "httpd.conf")]
        assert httpd.start()
        httpd.stop()


# -- comments -----------------------------------------------------------------------------------


def test_a_comment_is_for_the_next_line_and_for_no_other(tmp_path: Path) -> None:
    slip = "SSLUseStaplin on"
    assert linted(tmp_path, host("# apachestaple: ignore[AS101]", slip, slip)) == [("AS101", 6)]
    assert linted(tmp_path, host(slip, "# apachestaple: ignore[AS101]", "")) == [
        ("AS101", 4),
        ("AS018", 5),
    ]


def test_several_comments_stand_above_a_line(tmp_path: Path) -> None:
    comments = ("# apachestaple: ignore[AS101] known", "# apachestaple: turned on by hand")
    assert linted(tmp_path, host(*comments, "SSLUseStaplin on")) == []


def test_a_comment_can_be_for_a_whole_file(tmp_path: Path) -> None:
    text = host(*["SSLUseStaplin on"] * 3)
    assert linted(tmp_path, text + "# apachestaple: ignore-file[misspelt-directive]\n") == []
    other = text + "# apachestaple: ignore-file[AS102]\n"
    assert ("AS018", 8) in linted(tmp_path, other)
    assert len(linted(tmp_path, other)) == 4


def test_an_unknown_rule_in_a_comment_is_an_error(tmp_path: Path) -> None:
    text = host("# apachestaple: ignore[AS101, AS1O1]", "SSLUseStaplin on")
    assert linted(tmp_path, text) == [("AS019", 4)]
    done = run("lint", "--isolated", tmp_path / "site.conf")
    assert done.returncode == 1
    assert "the comment ignores AS1O1, but no rule has this code or name" in done.stdout
    assert linted(tmp_path, host("# apachestaple: ignore", "SSLEngine on")) == [("AS019", 4)]
    (tmp_path / "site.conf").write_text(host("# apachestaple: ignore[mispelt-directive]"))
    assert "Write misspelt-directive" in run("lint", "--isolated", tmp_path / "site.conf").stdout


@pytest.mark.parametrize(
    "lines",
    [
        # Not applied: a rule that needs the whole server, or answers, or certificates.
        ("# apachestaple: ignore[AS201]", "SSLUseStapling on"),
        ("# apachestaple: ignore[AS411]", "SSLCertificateFile gone.pem"),
        ("# apachestaple: ignore[AS304]", "SSLCertificateFile gone.pem"),
        # Not in effect.
        ("<IfDefine Never>", "# apachestaple: ignore[AS101]", "SSLUseStaplin on", "</IfDefine>"),
        # About something else.
        ("# apachestaple: installed by hand", "SSLUseStapling on"),
        ("# apachestaple: ignored", "SSLUseStapling on"),
    ],
)
def test_a_comment_that_may_be_needed_stays(tmp_path: Path, lines: tuple[str, ...]) -> None:
    assert linted(tmp_path, host(*lines)) == []


def test_a_comment_that_ignores_nothing_can_be_ignored(tmp_path: Path) -> None:
    unused = "# apachestaple: ignore[AS101]"
    lines = ("# apachestaple: ignore[AS018]", unused, "SSLUseStapling on")
    assert linted(tmp_path, host(*lines[1:])) == [("AS018", 4)]
    assert linted(tmp_path, host(*lines)) == []


def test_a_comment_in_a_file_that_is_not_linted_is_not_reported(tmp_path: Path) -> None:
    main, fragment = tmp_path / "httpd.conf", tmp_path / "sites/www.conf"
    fragment.parent.mkdir()
    main.write_text(
        "LoadModule ssl_module m.so\n# apachestaple: ignore[AS101]\nListen 443\n"
        "Include sites/*.conf\n"
    )
    fragment.write_text(host("SSLEngine on"))
    assert ("AS018", 2) in found(main)
    assert "AS018" not in {code for code, _ in found(fragment)}


@pytest.mark.parametrize(
    ("between", "is_ignored"), [(0, True), (14, True), (15, True), (16, False)]
)
def test_sixteen_comments_above_a_line_apply_to_it(
    tmp_path: Path, between: int, is_ignored: bool
) -> None:
    """The number is limited, so that the time does not grow with the square of the lines."""
    others = ["# apachestaple: for later"] * between
    lines = ("# apachestaple: ignore[AS101]", *others, "SSLUseStaplin on")
    assert (("AS101", 5 + between) not in linted(tmp_path, host(*lines))) is is_ignored


def test_only_rules_that_are_selected_are_unused(tmp_path: Path) -> None:
    text = host("# apachestaple: ignore[AS101]", "SSLUseStapling on")
    assert linted(tmp_path, text, "--ignore", "AS101") == []
    assert linted(tmp_path, text, "--select", "AS018") == []
    assert linted(tmp_path, text, "--select", "AS018,AS101") == [("AS018", 4)]


def test_a_comment_in_a_shared_file_is_used_if_one_server_needs_it(tmp_path: Path) -> None:
    for name, engine in (("a", "SSLEngine on\n"), ("b", "")):
        main = tmp_path / name / "httpd.conf"
        main.parent.mkdir()
        main.write_text(f"LoadModule ssl_module m.so\n{engine}Include {tmp_path}/shared.conf\n")
    (tmp_path / "shared.conf").write_text("# apachestaple: ignore[AS108]\nSSLUseStapling on\n")
    words = ("--root", "/")
    assert ("AS018", 1) in found(tmp_path / "a/httpd.conf", *words)
    both = run(
        *("lint", "--isolated", "--root", "/", "--format", "concise"),
        *(tmp_path / "a/httpd.conf", tmp_path / "b/httpd.conf"),
    )
    assert "AS018" not in both.stdout


def test_fix_removes_what_need_not_be_ignored(tmp_path: Path) -> None:
    site = tmp_path / "site.conf"
    site.write_bytes(
        host(
            "# apachestaple: ignore[AS102] an old reason",
            "SSLUseStapling on",
            "# apachestaple: ignore[AS101, AS103] a reason",
            "SSLUseStaplin on",
        )
        .replace("\n", "\r\n")
        .encode()
    )
    done = run("fix", "--isolated", site, env={"XDG_STATE_HOME": str(tmp_path / "state")})
    assert "AS102 reports nothing here, so it is not ignored" in done.stdout
    assert site.read_bytes().decode().replace("\r\n", "\n") == host(
        "SSLUseStapling on", "# apachestaple: ignore[AS101] a reason", "SSLUseStaplin on"
    )
    assert b"\n\n" not in site.read_bytes()
    assert found(site) == []


@pytest.mark.parametrize(
    ("line", "words", "left"),
    [
        ("# apachestaple: ignore[A, B] why", ["A"], "# apachestaple: ignore[B] why"),
        ("  #apachestaple:ignore[A,B]", ["B"], "  #apachestaple:ignore[A]"),
        ("# apachestaple: ignore-file[A] why", ["A"], None),
        (
            "# apachestaple: ignore[A] # apachestaple: ignore[B]",
            ["A"],
            " # apachestaple: ignore[B]",
        ),
        ("# apachestaple: ignore[A] # apachestaple: ignore[B]", ["A", "B"], None),
    ],
)
def test_words_are_taken_out_of_a_comment(line: str, words: list[str], left: str | None) -> None:
    assert without_words(line, words) == left


# -- comments in bulk ---------------------------------------------------------------------------


def test_comments_are_added_in_bulk_and_can_be_undone(tmp_path: Path) -> None:
    site = tmp_path / "site.conf"
    text = host("SSLUseStaplin on", "", "\tSSLStaplingResponderTimeout 5s").encode()
    site.write_bytes(text.replace(b"\n", b"\r\n") + b"# \xff\n")
    before = site.read_bytes()
    state = {"XDG_STATE_HOME": str(tmp_path / "state")}
    words = ("lint", "--isolated", "--add-ignore", "known, OPS-17", site)
    done = run(*words, env=state)
    assert done.returncode == 0
    assert "2 comments added to" in done.stderr
    lines = site.read_bytes().split(b"\r\n")
    assert lines[3] == b"    # apachestaple: ignore[AS101] known, OPS-17"
    assert lines[6] == b"    \t# apachestaple: ignore[AS105] known, OPS-17"
    assert site.read_bytes().endswith(b"# \xff\n")
    assert found(site) == []
    after = site.read_bytes()
    assert run(*words, env=state).stderr == ""
    assert site.read_bytes() == after
    assert run("fix", "--undo", "--isolated", site, env=state).returncode == 0
    assert site.read_bytes() == before


def test_a_finding_of_a_whole_server_is_ignored(lab: Lab, tmp_path: Path) -> None:
    text = rule("AS201").bad[0].text
    root = lab.httpd(text).root
    main = root / "httpd.conf"
    state = {"XDG_STATE_HOME": str(tmp_path / "state")}
    words = ("lint", "--isolated", "--select", "AS018,AS201", "--add-ignore", "later", main)
    assert run(*words, env=state).returncode == 0
    assert "# apachestaple: ignore[AS201] later\n" in (root / "site.conf").read_text()


def test_files_elsewhere_get_no_comments(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "server").mkdir()
    snippet = tmp_path / "elsewhere/tls.conf"
    snippet.write_text("SSLUseStaplin on\n")
    main = tmp_path / "server/httpd.conf"
    main.write_text(f"LoadModule ssl_module m.so\nInclude {snippet}\n")
    done = run("lint", "--isolated", "--root", "/", "--add-ignore", "x", main)
    assert snippet.read_text() == "SSLUseStaplin on\n"
    assert "outside of the server's folders" in done.stderr
    assert done.returncode == 1


@pytest.mark.parametrize("reason", ["", " ", "two\nlines", "ends in \\", "\x1b[31m"])
def test_a_reason_is_one_line(tmp_path: Path, reason: str) -> None:
    site = tmp_path / "site.conf"
    site.write_text(host("SSLUseStaplin on"))
    done = run("lint", "--isolated", "--add-ignore", reason, site)
    assert done.returncode == 2
    assert "--add-ignore takes a reason" in done.stderr
    assert "apachestaple:" not in site.read_text()


def test_a_comment_is_extended() -> None:
    text = "# apachestaple: ignore[AS101] old\nA\n\n  B\n"
    assert with_ignores(text, {2: {"AS102", "AS101"}, 4: {"AS103"}}, "new") == (
        "# apachestaple: ignore[AS101, AS102] old\nA\n\n  # apachestaple: ignore[AS103] new\n  B\n"
    )
    first = with_ignores("A\n", {1: {"AS101"}}, "x")
    assert first == "# apachestaple: ignore[AS101] x\nA\n"
    assert with_ignores(first, {1: {"AS102"}}, "y").startswith(
        "# apachestaple: ignore[AS101, AS102]"
    )


@pytest.mark.parametrize(
    ("text", "commented"),
    [
        ("SSLUseStaplin on\n", True),
        ("SSLUseStaplin on\n# end\\", True),
        ("# continued\\\nSSLUseStaplin on\n", False),
        ("# continued\\\r\nSSLUseStaplin on\r\n", False),
        ("# one\n# two\\\nSSLUseStaplin on\n", False),
        ("# one\n# two\nSSLUseStaplin on\n", True),
    ],
)
def test_a_comment_is_not_written_into_a_continued_line(text: str, commented: bool) -> None:
    lines = text.split("\n")
    number = next(n for n, line in enumerate(lines, 1) if line.startswith("SSLUseStaplin"))
    assert can_take_comment(lines, number) is commented


def test_a_line_that_is_not_there_takes_no_comment() -> None:
    assert not can_take_comment(["A"], 0)
    assert not can_take_comment(["A"], 2)


# -- paths --------------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A server with the same mistake in three files."""
    for name in ("sites/a.conf", "sites/legacy/b.conf", "vendor/c.conf"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("SSLUseStaplin on\n")
    (tmp_path / ".git").mkdir()
    (tmp_path / "httpd.conf").write_text(
        "LoadModule ssl_module m.so\nInclude sites/*.conf\nInclude sites/legacy/*.conf\n"
        "Include vendor/*.conf\n"
    )
    return tmp_path


def files_with_findings(folder: Path, *words: str) -> set[str]:
    done = run("lint", "--format", "concise", *words, ".", cwd=folder)
    assert done.returncode in (0, 1), done.stderr
    return {line.partition(":")[0] for line in done.stdout.splitlines()}


A, B, C = "sites/a.conf", "sites/legacy/b.conf", "vendor/c.conf"


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("vendor", {A, B}),
        ("vendor/", {A, B}),
        ("*.conf", set()),
        ("sites/*.conf", {B, C}),
        ("sites/**/*.conf", {C}),
        ("**/b.conf", {A, C}),
        ("sites/legacy", {A, C}),
        ("egacy", {A, B, C}),
        ("./sites", {C}),
    ],
)
def test_files_can_be_excluded(repository: Path, pattern: str, left: set[str]) -> None:
    assert files_with_findings(repository, "--exclude", pattern) == left
    (repository / "apachestaple.toml").write_text(f"exclude = ['{pattern}']\n")
    assert files_with_findings(repository) == left


def test_exclusions_are_added_to_those_of_the_settings_file(repository: Path) -> None:
    (repository / "apachestaple.toml").write_text("exclude = ['vendor']\n")
    assert files_with_findings(repository, "--exclude", "legacy") == {A}
    shown = run("lint", "--show-files", "--exclude", "legacy", ".", cwd=repository)
    assert shown.stdout.splitlines() == ["httpd.conf", "sites/a.conf"]
    assert shown.returncode == 0


def test_rules_can_be_ignored_in_some_files(repository: Path) -> None:
    settings = repository / "pyproject.toml"
    settings.write_text(
        "[tool.apachestaple.per-path-ignores]\n'vendor/*' = ['AS1']\n'b.conf' = 'AS102'\n"
    )
    assert files_with_findings(repository) == {A, B}
    text = run("lint", ".", cwd=repository).stdout
    assert "Ignored: 1 finding by the settings file." in text
    document = json.loads(run("lint", "--format", "json", ".", cwd=repository).stdout)
    assert document["summary"]["suppressed"] == 1
    settings.write_text("[tool.apachestaple.per-path-ignores]\n'vendor/*' = ['AS9']\n")
    done = run("lint", ".", cwd=repository)
    assert done.returncode == 2
    assert "no rule has the code or name 'AS9'" in done.stderr


def test_a_link_can_be_excluded_by_both_names(repository: Path) -> None:
    shutil.rmtree(repository / "sites/legacy")
    shutil.rmtree(repository / "vendor")
    (repository / "enabled").mkdir()
    (repository / "enabled/a.conf").symlink_to("../sites/a.conf")
    (repository / "httpd.conf").write_text("LoadModule ssl_module m.so\nInclude enabled/*.conf\n")
    assert files_with_findings(repository) == {"enabled/a.conf"}
    assert files_with_findings(repository, "--exclude", "enabled/a.conf") == set()
    assert files_with_findings(repository, "--exclude", "sites/a.conf") == set()


def test_a_pattern_takes_no_exponential_time() -> None:
    pattern = PathPattern("/a", "/".join(["**", "*a*a*a*a*a*a*a*a*b"] * 50))
    path = "/a/" + "/".join(["a" * 200] * 40)
    assert not pattern.matches(path)


def test_a_settings_folder_is_no_pattern() -> None:
    assert PathPattern("/srv/[x]", "a/*.conf").matches("/srv/[x]/a/b.conf")
    assert not PathPattern("/srv/[x]", "a/*.conf").matches("/srv/x/a/b.conf")


@pytest.mark.parametrize(
    "text",
    [
        "[tool]\napachestaple = {ignore = ['AS101']}\n",
        "tool = {apachestaple = {ignore = ['AS101']}}\n",
        "[tool]\napachestaple.ignore = ['AS101']\n",
        "tool.apachestaple.ignore = ['AS101']\n",
        "[tool.'apachestaple']\nignore = ['AS101']\n",
    ],
)
def test_a_table_can_be_written_in_every_form(repository: Path, text: str) -> None:
    (repository / "pyproject.toml").write_text(text)
    assert files_with_findings(repository) == set()


@pytest.mark.parametrize(
    "text",
    [
        "[project]\ndependencies = ['apachestaple']\n",
        "tool = 'apachestaple'\n",
        "apachestaple = [\n",
        f"{'a.' * 100}b = 'apachestaple'\n",
    ],
)
def test_another_pyproject_is_passed_by(repository: Path, text: str) -> None:
    (repository / "pyproject.toml").write_text(text)
    assert files_with_findings(repository) == {A, B, C}


# -- baseline -----------------------------------------------------------------------------------


def baseline(repository: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run("lint", "--isolated", *words, ".", cwd=repository)


def test_only_what_is_new_counts(repository: Path) -> None:
    written = baseline(repository, "--write-baseline", "known.json")
    assert (written.returncode, written.stderr) == (
        0,
        "apachestaple: known.json: baseline of 3 findings written\n",
    )
    lines = (repository / "known.json").read_text().splitlines()
    assert lines[:3] == ["{", ' "baseline": 1,', ' "findings": [']
    known = ("--baseline", "known.json")
    text = baseline(repository, *known)
    assert (text.returncode, text.stderr) == (0, "")
    assert "No findings" in text.stdout
    assert "Ignored: 3 findings by the baseline." in text.stdout
    (repository / A).write_text("# moved\n\nSSLUseStaplin on\nSSLUseStaplin off\n")
    document = json.loads(baseline(repository, *known, "--format", "json").stdout)
    assert [(f["file"], f["line"]) for f in document["findings"]] == [(A, 4)]
    assert document["summary"]["baseline"] == 3
    assert baseline(repository, *known).returncode == 1


def test_what_is_repaired_is_reported_and_leaves_the_baseline(repository: Path) -> None:
    baseline(repository, "--write-baseline", "known.json")
    (repository / A).write_text("SSLUseStapling on\n")
    (repository / B).unlink()
    done = baseline(repository, "--baseline", "known.json")
    assert f"repaired: AS101 in {A}: there is no directive SSLUseStaplin" in done.stderr
    assert f"repaired: AS101 in {B}" in done.stderr
    assert "2 findings of the baseline repaired" in done.stderr
    (repository / C).write_text("SSLUseStaplin on\nSSLUseStaplin off\n")
    both = ("--baseline", "known.json", "--write-baseline", "known.json")
    assert baseline(repository, *both).returncode == 1
    again = baseline(repository, "--baseline", "known.json")
    assert again.stderr == ""
    assert again.returncode == 1, "a new finding is not added to the baseline"
    assert len(json.loads((repository / "known.json").read_text())["findings"]) == 1


def test_findings_of_files_that_were_not_read_stay_in_the_baseline(repository: Path) -> None:
    baseline(repository, "--write-baseline", "known.json")
    words = ("--baseline", "known.json", "--write-baseline", "vendor/other.json")
    done = run("lint", "--isolated", *words, A, cwd=repository)
    assert "repaired" not in done.stderr
    stay = json.loads((repository / "vendor/other.json").read_text())["findings"]
    assert {entry["file"] for entry in stay} >= {"../sites/legacy/b.conf", "c.conf"}


def test_a_baseline_counts_equal_lines(repository: Path) -> None:
    (repository / A).write_text("SSLUseStaplin on\n" * 2)
    baseline(repository, "--write-baseline", "known.json")
    (repository / A).write_text("SSLUseStaplin on\n" * 3)
    done = baseline(repository, "--baseline", "known.json", "--format", "concise")
    assert len(done.stdout.splitlines()) == 1
    (repository / A).write_text("SSLUseStaplin on\n")
    done = baseline(repository, "--baseline", "known.json", "--format", "concise")
    assert done.stdout == ""
    assert done.stderr.count("repaired: AS101") == 1


def test_fingerprints_do_not_depend_on_the_folder(repository: Path, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere" / "copy"
    (copy / ".git").mkdir(parents=True)
    for name in ("httpd.conf", A, B, C):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes((repository / name).read_bytes())
    known = str(repository / "known.json")
    baseline(repository, "--write-baseline", known)
    (repository / "elsewhere").rename(tmp_path / "moved")
    done = run("lint", "--isolated", "--baseline", known, ".", cwd=tmp_path / "moved/copy")
    assert done.returncode == 0, done.stdout


WITHOUT_TEXT = (
    '{"baseline": 1, "findings": [{"fingerprint": 1, "rule": "", "file": "", "message": ""}]}'
)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file"),
        ("", "is not a baseline"),
        ("[" * 100_000, "is not a baseline"),
        ("[]", "is not a baseline"),
        ('{"baseline": 1}', "is not a baseline"),
        ('{"baseline": 2, "findings": []}', "another version"),
        ('{"baseline": 1, "findings": [{"rule": "AS101"}]}', "is not a baseline"),
        (WITHOUT_TEXT, "must contain strings"),
    ],
)
def test_a_file_that_is_no_baseline_is_an_error(
    repository: Path, content: str | None, said: str
) -> None:
    if content is not None:
        (repository / "known.json").write_text(content)
    done = baseline(repository, "--baseline", "known.json")
    assert done.returncode == 2
    assert said in done.stderr
    assert "known.json" in done.stderr


def test_a_hostile_baseline_shows_nothing(repository: Path) -> None:
    entry = {"fingerprint": "x", "rule": "\x1b[31m", "file": "a\0b", "message": "::error::x\n"}
    (repository / "known.json").write_text(json.dumps({"baseline": 1, "findings": [entry]}))
    done = baseline(repository, "--baseline", "known.json")
    assert "repaired" in done.stderr
    assert "\x1b" not in done.stderr
    assert "::error::" not in done.stderr
