"""The reports of fix: JSON and text say the same, and what they say is what httpd then does."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from apachestaple.discovery.locate import locate
from apachestaple.fix.outcome import FixRequest
from apachestaple.fix.run import run_fix
from apachestaple.httpd.layout import Options
from apachestaple.httpd.start import Starts
from apachestaple.report.fix_json import fix_json
from apachestaple.report.fixes import fix_report
from apachestaple.report.terminal import Paint
from apachestaple.rules.catalogue import all_rules
from apachestaple.rules.rule import CACHE, tls_host
from tests.command.run import run
from tests.lab.handshake import handshake
from tests.schemas import FIX, LINT, checked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from apachestaple.fix.outcome import FixOutcome
    from tests.lab.play import Lab
    from tests.lab.server import Httpd

NAMES = ("www.example.com", "off.example.com", "hopeless.example.com")
# A repair, a refusal, and a finding that remains.
SITE = (
    "SSLStaplingReturnResponderErrors off\nSSLStaplingFakeTryLater off\n"
    + tls_host("SSLUseStapling on")
    + tls_host("SSLUseStapling off", name="off.example.com")
    + "Define STAPLING on\n"
    + tls_host("SSLUseStapling ${STAPLING}", certificate="no-ocsp", name="hopeless.example.com")
)


@pytest.fixture
def httpd(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Httpd]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with lab.httpd(SITE) as httpd:
        yield httpd


def fix(httpd: Httpd, *words: str) -> subprocess.CompletedProcess[str]:
    return run("fix", httpd.root / "httpd.conf", *words, cwd=httpd.root)


def reported(done: subprocess.CompletedProcess[str]) -> Any:
    """The JSON report, checked against the schema."""
    assert done.returncode in (0, 1), done.stderr
    return checked(done.stdout, FIX)


def test_a_finding_has_the_schema_that_lint_has() -> None:
    assert FIX["$defs"]["finding"] == LINT["properties"]["findings"]["items"]


def test_json_says_what_is_changed_and_what_remains(httpd: Httpd) -> None:
    shown = reported(fix(httpd, "--diff", "--format", "json"))
    assert shown["changed"] is True
    diff = fix(httpd, "--diff").stdout
    assert "".join(file["diff"] for file in shown["files"]) == diff
    done = reported(fix(httpd, "--format", "json", "--configtest", "always"))
    assert {**shown, "configtest": "passed"} == done
    assert shown["configtest"] == "not-run"
    assert [file["path"] for file in done["files"]] == ["site.conf"]
    assert (done["reload"], done["restart"]) == ("apachectl graceful", False)
    (repair,) = done["repairs"]
    assert repair["rule"] == "AS201"
    (refusal,) = done["refusals"]
    assert "was not changed: its value is from a" in refusal
    assert [finding["rule"] for finding in done["findings"]] == ["AS501", "AS304"]
    linted = checked(run("lint", "httpd.conf", "--format", "json", cwd=httpd.root).stdout, LINT)
    assert done["findings"] == linted["findings"]

    again = fix(httpd, "--format", "json", "--configtest", "always")
    nothing = reported(again)
    assert nothing["changed"] is False
    assert (nothing["files"], nothing["repairs"], nothing["reload"]) == ([], [], None)
    assert nothing["configtest"] == "not-run"
    assert nothing["findings"] == done["findings"]
    assert fix(httpd, "--diff", "--format", "json").returncode == 0


def test_json_predicts_the_staples_before_and_after(httpd: Httpd) -> None:
    assert not httpd.start(), "there is no cache"
    done = reported(fix(httpd, "--format", "json"))
    assert {host["name"]: host["before"] for host in done["hosts"]} == {
        f"{name}:{httpd.port}": False for name in NAMES
    }
    assert httpd.start()
    for host, name in zip(done["hosts"], NAMES, strict=True):
        assert host["name"] == f"{name}:{httpd.port}"
        made = [handshake(httpd.port, name).staple for _ in range(2)]
        assert (made[1] == "good") is host["after"]


def test_the_text_tells_why_a_host_has_no_staple(lab: Lab, httpd: Httpd) -> None:
    del lab
    hopeless = tls_host("SSLUseStapling on", certificate="no-ocsp", name="hopeless.example.com")
    httpd.configure(CACHE + tls_host("SSLUseStapling on") + hopeless)
    made = fix(httpd).stdout
    assert "no staple: SSLUseStapling is not set, and its certificate has no OCSP URI" in made
    assert "before: no staple: its certificate has no OCSP URI\n" in made
    shown = fix(httpd, "--disable", "--diff").stderr
    assert f"www.example.com:{httpd.port}: no staple: SSLUseStapling is not set\n" in shown


def test_httpd_that_does_not_start_gives_no_staple_before(lab: Lab, httpd: Httpd) -> None:
    del lab
    httpd.configure(CACHE + tls_host("SSLUseStapling on").replace("on\n", "“on”\n"))
    assert not httpd.start()
    done = fix(httpd, "--format", "json", "--select", "AS106")
    (host,) = reported(done)["hosts"]
    assert (host["before"], host["after"]) == (False, True)
    assert httpd.start()
    made = [handshake(httpd.port, NAMES[0]).staple for _ in range(2)]
    assert made[1] == "good"


@pytest.mark.parametrize("option", ["--disable", "--proxy"])
def test_json_says_what_an_option_requests(httpd: Httpd, option: str) -> None:
    words = [option] if option == "--disable" else [option, "http://127.0.0.1:3128"]
    done = reported(fix(httpd, "--format", "json", *words))
    (requested,) = [repair for repair in done["repairs"] if repair["rule"] is None]
    assert requested["reason"].startswith(option)


def test_json_of_an_undo(httpd: Httpd) -> None:
    before = (httpd.root / "site.conf").read_bytes()
    done = reported(fix(httpd, "--format", "json"))
    words = ("--undo", "--configtest", "never", "--format", "json")
    shown = fix(httpd, *words, "--diff")
    assert "would undo the fix of" in shown.stderr
    undone = fix(httpd, *words)
    assert (shown.returncode, undone.returncode) == (1, 0)
    assert reported(shown) == reported(undone)
    assert reported(undone)["hosts"] == [
        {"name": host["name"], "before": host["after"], "after": host["before"]}
        for host in done["hosts"]
    ]
    assert "AS201" in {finding["rule"] for finding in reported(undone)["findings"]}
    # Without a cache, a reload would end httpd.
    assert reported(undone)["reload"] == "apachectl stop, then apachectl start"
    assert reported(undone)["restart"] is True
    assert "Do not reload it" in undone.stderr
    assert (httpd.root / "site.conf").read_bytes() == before


def test_the_diff_alone_is_on_standard_output_and_the_report_beside_it(httpd: Httpd) -> None:
    shown = fix(httpd, "--diff")
    patch = ["patch", "-p1", "--dry-run"]
    subprocess.run(patch, cwd=httpd.root, input=shown.stdout, check=True, text=True)
    done = fix(httpd)
    written = ("Written:", "  site.conf", "Backup of", "To restore", "To apply", "After the change")

    def said(text: str) -> list[str]:
        return [line for line in text.splitlines() if not line.startswith(written)]

    assert said(shown.stderr) == said(done.stdout)
    assert f"  www.example.com:{httpd.port}: staples: mod_ssl staples" in done.stdout
    assert "    before: no staple: no SSLStaplingCache is set" in done.stdout
    assert "2 other hosts without changes (2 without a staple)" in done.stdout
    assert "was not changed: its value is from a" in done.stdout
    assert "warning[AS304]" in done.stdout
    assert "To apply the changes, reload httpd: " in done.stdout
    assert "After the change, reload httpd: apachectl" in shown.stderr


def test_files_that_are_written_elsewhere_are_not_those_of_the_running_httpd(
    httpd: Httpd, tmp_path: Path
) -> None:
    done = fix(httpd, "--output", str(tmp_path / "out"))
    assert done.returncode == 1, done.stderr
    assert "After the change, reload httpd: apachectl graceful" in done.stdout
    assert "previous configuration" not in done.stdout


# -- httpd -t -----------------------------------------------------------------------------------

BAD_LINE = "NoSuchDirective on\n"


def outcome_of(httpd: Httpd) -> FixOutcome:
    """Repair the configuration of a server as that of this machine."""
    start = locate(str(httpd.root / "httpd.conf"), Options())
    start = start._replace(environment=httpd.environment, installed=True)
    request = FixRequest(
        diff=False,
        output=None,
        templates=None,
        backup=True,
        outside=False,
        generated=False,
        configtest="auto",
        rules=all_rules(),
    )
    return run_fix(Starts((start,)), request)


def test_a_change_that_httpd_cannot_test_is_called_untested(httpd: Httpd) -> None:
    httpd.configure(SITE + BAD_LINE)
    assert not httpd.configtest().accepted
    outcome = outcome_of(httpd)
    assert checked(fix_json(outcome), FIX)["configtest"] == "failed-before"
    (line,) = (x for x in fix_report(outcome, Paint()).splitlines() if x.startswith("Not tested"))
    assert "httpd -t failed" in line
    assert "before the change, and still fails" in line
    assert "Invalid command 'NoSuchDirective'" in line
    # Without the other error, httpd accepts what was written.
    site = httpd.root / "site.conf"
    site.write_text(site.read_text().replace(BAD_LINE, ""))
    assert httpd.configtest().accepted


def test_a_change_that_httpd_accepts_is_called_tested(httpd: Httpd) -> None:
    outcome = outcome_of(httpd)
    assert checked(fix_json(outcome), FIX)["configtest"] == "passed"
    assert "Tested: httpd -t passes.\n" in fix_report(outcome, Paint())


def test_a_repair_without_which_httpd_does_not_start_says_to_start_it(httpd: Httpd) -> None:
    text = fix_report(outcome_of(httpd), Paint())
    assert text.index("reload httpd") < text.index("If httpd does not run, start it.\n")
    starting = SITE.removeprefix("SSLStaplingReturnResponderErrors off\n")
    httpd.configure("SSLStaplingCache shmcb:cache\n" + starting)
    again = fix_report(outcome_of(httpd), Paint())
    assert "reload httpd" in again
    assert "start it" not in again


def test_hosts_with_the_same_reasons_are_one_line(httpd: Httpd) -> None:
    hosts = [tls_host("SSLUseStapling on", name=f"www{n}.example.com") for n in range(7)]
    other = tls_host("SSLUseStapling on", certificate="no-ocsp", name="other.example.com")
    httpd.configure(SITE.partition("<")[0] + hosts[0] + other + "".join(hosts[1:]))
    listed = reported(fix(httpd, "--diff", "--format", "json"))["hosts"]
    assert len(listed) == 8
    names = [host["name"] for host in listed if not host["name"].startswith("other")]
    lines = fix(httpd, "--diff").stderr.splitlines()
    start = lines.index("8 changed hosts:")
    same, before, own = lines[start + 1 : start + 4]
    assert same.startswith(f"  {', '.join(names[:5])} and 2 more: staples: ")
    assert before.startswith("    before: no staple: no SSLStaplingCache")
    assert own.startswith(f"  other.example.com:{httpd.port}: no staple: ")


def test_the_report_is_wrapped_at_words(httpd: Httpd) -> None:
    outcome = outcome_of(httpd)
    whole, narrow = (fix_report(outcome, Paint(), columns) for columns in (None, 60))
    assert narrow.split() == whole.split()
    assert max(map(len, whole.splitlines())) > 60
    for line in narrow.splitlines():
        # A path cannot be broken, and a command is not, so that it can be copied.
        assert len(line) <= 60 or len(line.split()) < 3 or "run: " in line or "/" in line.split()[0]
