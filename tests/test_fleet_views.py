"""The formats of ``report`` for other programs, and what has changed since an earlier report."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from apachestaple.fleet import groups
from tests.documents import certificate, document, finding, host, write
from tests.in_process import run_here as run
from tests.project import ROOT
from tests.schemas import REPORT, checked

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = (
    "=cmd|' /C calc'!A0\x1b[31m\u202e\r\n::error::x\ud800</script><img src=x onerror=alert(1)>"
)


def printed(form: str, *words: str | Path) -> str:
    done = run("report", "--format", form, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def as_json(*words: str | Path) -> Any:
    return checked(printed("json", *words), REPORT)


def hostile(server: str = HOSTILE) -> dict[str, Any]:
    """A document with a hostile text in each field that takes any text."""
    own = certificate(path=HOSTILE, subject=HOSTILE, issuer=HOSTILE, responder=HOSTILE)
    hosts = [host(HOSTILE, configuration=HOSTILE, file=HOSTILE, why=HOSTILE, certificates=[own])]
    hosts[0]["staples"] = False
    found = finding(
        name=HOSTILE,
        effect=HOSTILE,
        message=HOSTILE,
        configuration=HOSTILE,
        file=HOSTILE,
        fingerprint=HOSTILE,
        hosts=[{"name": HOSTILE}],
    )
    configurations = [{"path": HOSTILE, "files": 1}]
    return document(server, hosts, [found], configurations=configurations)


# -- Totals -------------------------------------------------------------------------------------


def test_hosts_are_counted_by_what_they_have_in_common(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    other = certificate(path="b.pem", issuer="CN=B", responder=None)
    unread = certificate(subject=None, issuer=None, responder=None, not_after=None)
    days = {0: "expired", 5: "within 7 days", 20: "in 8 to 30 days", 80: "in 31 to 90 days"}
    soon = [
        host(f"{day}:443", certificates=[certificate(not_after=str(now + timedelta(day, -60)))])
        for day in days
    ]
    hosts = [
        host("both:443", certificates=[certificate(), other], staples=None, why="who knows"),
        host("off:443", certificates=[unread], staples=False, why="SSLUseStapling is off"),
        host("none:443", certificates=[]),
        *soon,
    ]
    write(tmp_path / "a.json", document("a", hosts))
    write(tmp_path / "b.json", document("b", [hosts[1]]))
    report = as_json(tmp_path)
    totals = report["totals"]
    assert (totals["hosts"], totals["staples"], totals["unstapled"], totals["unknown"]) == (
        (8, 5, 2, 1)
    )
    # www.pem and b.pem of one server, www.pem of the other.
    assert totals["certificates"] == 3
    by = {
        kind: {one["name"]: (one["hosts"], one["servers"]) for one in report[kind]}
        for kind in ("authorities", "responders", "ends", "reasons")
    }
    assert by["authorities"] == {
        "CN=Example CA,O=Example": (5, 1),
        "unknown": (3, 2),
        "CN=B": (1, 1),
    }
    assert by["responders"] == {
        "http://ocsp.example.com": (5, 1),
        "unknown": (3, 2),
        "none": (1, 1),
    }
    assert by["reasons"] == {"SSLUseStapling is off": (2, 2), "who knows": (1, 1)}
    assert by["ends"] == dict.fromkeys(days.values(), (1, 1)) | {
        "in more than 90 days": (1, 1),
        "unknown": (3, 2),
    }
    assert next(iter(by["ends"])) == "expired"
    reason = report["reasons"][0]
    assert (reason["staples"], reason["unstapled"], reason["unknown"]) == (0, 2, 0)


def test_findings_are_counted_by_rule(tmp_path: Path) -> None:
    warning = finding("AS304", name="no-ocsp-uri", severity="warning", fix=None)
    write(tmp_path / "a.json", document("a", findings=[finding(line=1), finding(line=2), warning]))
    info = finding("AS304", name="no-ocsp-uri", severity="info")
    write(tmp_path / "b.json", document("b", findings=[info, info, info]))
    rules = as_json(tmp_path)["rules"]
    assert [(one["rule"], one["severity"], one["findings"]) for one in rules] == [
        ("AS201", "error", 2),
        ("AS304", "warning", 4),
    ]
    assert [(one["servers"], one["fixable"], one["hosts"]) for one in rules] == [
        (1, 2, 2),
        (2, 3, 4),
    ]


def test_a_group_for_each_hostile_name_does_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "_MOST_GROUPS", 3)
    hosts = [host(f"{n}:443", certificates=[certificate(issuer=f"CN={n}")]) for n in range(10)]
    report = as_json(write(tmp_path / "a.json", document(hosts=hosts)))
    assert [(one["name"], one["hosts"]) for one in report["authorities"]] == [
        ("others", 7),
        ("CN=0", 1),
        ("CN=1", 1),
        ("CN=2", 1),
    ]


# -- CSV ----------------------------------------------------------------------------------------


def rows(*words: str | Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(printed("csv", *words))))


def test_csv_has_a_row_for_each_host_and_each_server_without_hosts(tmp_path: Path) -> None:
    off = host("off:443", staples=False, use_stapling=False, why="it is off", certificates=[])
    about = finding(hosts=[{"name": "off:443"}])
    write(tmp_path / "a.json", document("a", [host(), off], [about, {**about, "line": 3}]))
    write(tmp_path / "b.json", document("b", []))
    write(tmp_path / "c.json", {"server": "c", "error": "down"})
    www, off_row, empty, failed = rows(tmp_path)
    assert www["host"] == "www.example.com:443"
    assert (www["stapling"], www["staples"], www["rules"]) == ("on", "yes", "")
    assert www["authorities"] == "CN=Example CA,O=Example"
    assert www["expires"] == "2056-11-19T11:09:27Z"
    assert (off_row["stapling"], off_row["staples"], off_row["rules"]) == ("off", "no", "AS201")
    assert (empty["server"], empty["host"], empty["why"]) == ("b", "", "no hosts with TLS")
    assert (failed["server"], failed["why"]) == ("c", "not linted: down")


def test_csv_contains_no_formula_and_no_control_characters(tmp_path: Path) -> None:
    source = write(tmp_path / "a.json", hostile())
    text = printed("csv", source)
    assert not re.search(r"[\x00-\x09\x0b\x0c\x0e-\x1f\u202e]", text)
    assert len(text.split("\r\n")) == 3
    (row,) = rows(source)
    assert not [cell for cell in row.values() if re.match(r"[=+@-]", cell)]


# -- Markdown -----------------------------------------------------------------------------------


def test_markdown_is_short(tmp_path: Path) -> None:
    for number in range(200):
        name = f"web{number}"
        own = certificate(issuer=f"CN={name}", responder=f"http://{name}")
        hosts = [host(name, certificates=[own], staples=False, why=f"{name} is not known")]
        write(tmp_path / f"{name}.json", document(name, hosts, [finding(message=name * 500)]))
        write(tmp_path / f"{name}-x.json", {"server": f"x{name}", "error": "down " * 500})
    text = printed("markdown", tmp_path)
    assert len(text) < 10_000
    assert "200 servers, 200 hosts: 0 with staple, 200 without, 0 unknown." in text
    assert "- and 190 more" in text
    assert "And 190 more rows." in text


def test_nothing_in_markdown_is_markup(tmp_path: Path) -> None:
    text = printed("markdown", write(tmp_path / "a.json", hostile()))
    assert "<" not in text
    assert "::error" not in text
    assert "\x1b" not in text
    assert all(line.count("|") in (0, 6, 7) for line in text.splitlines())


def test_the_documentation_shows_what_the_program_prints(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    linted = run("lint", "--isolated", "--format", "json", ROOT / "examples/apache2").stdout
    write(tmp_path / "results/web1.json", {**json.loads(linted), "server": "web1"})
    write(tmp_path / "results/web3.json", {"server": "web3", "error": "Connection refused"})
    page = (ROOT / "docs/reference/report.md").read_text()
    (block,) = re.findall(
        r"^```console\n\$ apachestaple (.*?)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL
    )
    printed = run(*block[0].split(), cwd=tmp_path).stdout
    for part in block[1].split("…\n"):
        assert part in printed


# -- Changes ------------------------------------------------------------------------------------


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Earlier results of three servers."""
    folder = tmp_path / "old"
    folder.mkdir()
    findings = [finding(line=1), finding(line=2), finding("AS304", severity="warning")]
    write(folder / "a.json", document("a", findings=findings))
    write(folder / "b.json", document("b", findings=[finding()]))
    write(folder / "c.json", document("c", findings=[finding()]))
    return folder


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """Later ones: of `a`, a finding is gone and one is new; `b` is down; `c` is not there."""
    folder = tmp_path / "new"
    folder.mkdir()
    findings = [finding(line=2), finding(line=3), finding("AS304", severity="warning")]
    write(folder / "a.json", document("a", findings=findings))
    write(folder / "b.json", {"server": "b", "error": "down"})
    write(folder / "d.json", document("d", findings=[finding()]))
    return folder


def test_the_report_says_what_is_new_gone_and_unchanged(old: Path, new: Path) -> None:
    report = as_json(new, "--since", old)
    assert report["since"] == {
        "generated": "2026-11-25T19:00:00Z",
        "new": 2,
        "gone": 1,
        "unchanged": 2,
        "added_servers": ["d"],
        # Their findings are not gone.
        "missing_servers": ["b", "c"],
    }
    first = report["servers"][0]
    assert [(one["line"], one["new"]) for one in first["findings"]] == [
        (2, False),
        (3, True),
        (12, False),
    ]
    assert [one["line"] for one in first["gone"]] == [1]
    assert [(one["rule"], one["new"], one["gone"]) for one in report["rules"]] == [
        ("AS201", 2, 1),
        ("AS304", 0, 0),
    ]


def test_an_earlier_report_can_be_the_base(old: Path, new: Path, tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text(printed("json", old))
    by_report = as_json(new, "--since", tmp_path / "old.json")
    by_files = as_json(new, *(word for name in "abc" for word in ("--since", old / f"{name}.json")))
    assert by_report["since"] == by_files["since"] == as_json(new, "--since", old)["since"]


def test_nothing_is_new_without_an_earlier_report(new: Path) -> None:
    report = as_json(new)
    assert report["since"] is None
    assert not any(one["new"] for server in report["servers"] for one in server["findings"])


def test_equal_findings_are_counted(tmp_path: Path) -> None:
    one, two = finding(), finding()
    assert one["fingerprint"] == two["fingerprint"]
    first = write(tmp_path / "1.json", document("a", findings=[one]))
    second = write(tmp_path / "2.json", document("a", findings=[one, two]))
    since = as_json(second, "--since", first)["since"]
    assert (since["new"], since["gone"], since["unchanged"]) == (1, 0, 1)
    since = as_json(first, "--since", second)["since"]
    assert (since["new"], since["gone"], since["unchanged"]) == (0, 1, 1)


def test_markdown_and_csv_show_what_has_changed(old: Path, new: Path) -> None:
    text = printed("markdown", new, "--since", old)
    assert "Since 2026-11-25T19:00:00Z: 2 new, 1 gone, 2 unchanged." in text
    for title, line in (
        ("New:", "- AS201 a: /etc/apache2/apache2.conf:3: stapling is on"),
        ("Gone:", "- AS201 a: /etc/apache2/apache2.conf:1: stapling is on"),
        ("Servers added:", "- d"),
        ("Servers not reported:", "- b"),
    ):
        assert f"{title}\n\n{line}" in text
    assert [row["new"] for row in rows(new, "--since", old)] == ["AS201", "", "AS201"]


def test_an_earlier_report_must_be_readable(new: Path, tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("{")
    done = run("report", "--format", "csv", new, "--since", tmp_path / "old.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "old.json:1:2: expected a name" in done.stderr


# -- The command --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "start"),
    [("a.csv", "server,host,"), ("a.MD", "## OCSP stapling"), ("a.json", '{\n "apachestaple"')],
)
def test_the_name_of_the_output_decides_about_the_format(
    tmp_path: Path, name: str, start: str
) -> None:
    source = write(tmp_path / "in.json", document())
    done = run("report", source, "--output", tmp_path / name)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / name).read_text().startswith(start)


def test_another_format_is_wrong_usage(tmp_path: Path) -> None:
    done = run("report", "--format", "pdf", write(tmp_path / "a.json", document()))
    assert done.returncode == 2
    assert "--format must be one of html, csv, markdown, json, not 'pdf'" in done.stderr


def test_the_name_of_the_output_must_not_belong_to_another_format(tmp_path: Path) -> None:
    source = write(tmp_path / "a.json", document())
    done = run("report", source, "--output", tmp_path / "a.pdf")
    assert done.returncode == 2
    assert "--output: the suffix .pdf stands for no format; use --format" in done.stderr
    assert not (tmp_path / "a.pdf").exists()
    given = run("report", source, "--format", "csv", "--output", tmp_path / "a.pdf")
    assert (given.returncode, given.stderr) == (0, "")


def test_a_report_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    source = write(tmp_path / "a.json", document())
    output = tmp_path / "gone/report.csv"
    done = run("report", source, "--output", output)
    assert done.returncode == 2
    assert str(output.parent) in done.stderr
    assert json.loads(source.read_text())["server"] == "web1"
