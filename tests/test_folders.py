"""Commands other than ``lint`` with folders: several servers, and fragments."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from apachestaple.rules.rule import CACHE
from tests.command.run import run
from tests.schemas import DUMP, HOSTS, checked
from tests.test_discovery import BAD_TIMEOUT, MAIN, host, linted, places, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout; nothing above it is read."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "repository/.git").mkdir(parents=True)
    return tmp_path / "repository"


@pytest.fixture
def fragments(repository: Path) -> Path:
    off = host("c").replace("SSLUseStapling on", "SSLUseStapling off")
    inherits = host("d").replace("    SSLUseStapling on\n", "")
    texts = {"a": host("a"), "b": host("b"), "c": off, "d": inherits}
    return write(repository, {f"sites-available/{name}.conf": t for name, t in texts.items()})


@pytest.fixture
def servers(repository: Path) -> Path:
    """Two servers side by side, and fragments that neither reads."""
    include = MAIN + "Include sites/*.conf\n"
    files = {f"{name}/conf/httpd.conf": include for name in ("one", "two")}
    files |= {f"{name}/sites/{name}.conf": host(name) for name in ("one", "two")}
    return write(repository, {**files, "spare/spare.conf": host("spare")})


def listed(folder: Path, *words: str) -> list[dict[str, Any]]:
    done = run("hosts", "--format", "json", *words, cwd=folder)
    assert done.returncode == 0, done.stderr
    rows: list[dict[str, Any]] = checked(done.stdout, HOSTS)
    return rows


def test_hosts_lists_the_fragments_of_a_folder(fragments: Path) -> None:
    rows = {row["name"]: row for row in listed(fragments, ".")}
    assert {name: row["staples"] for name, row in rows.items()} == {
        "a:443": None,
        "b:443": None,
        "c:443": False,
        "d:443": None,
    }
    assert rows["d:443"]["use_stapling"] is None
    assert all(row["why"] for row in rows.values())
    assert {row["configuration"] for row in rows.values()} == {"sites-available"}


def test_hosts_lists_servers_side_by_side(servers: Path) -> None:
    rows = listed(servers, ".")
    assert [(row["name"], row["configuration"]) for row in rows] == [
        ("one:443", "one/conf/httpd.conf"),
        ("two:443", "two/conf/httpd.conf"),
        ("spare:443", "spare"),
    ]
    assert [row["name"] for row in listed(servers, "two", "spare")] == ["two:443", "spare:443"]


def test_hosts_of_a_fragment_are_judged_within_its_server(servers: Path) -> None:
    write(servers, {"one/sites/more.conf": host("more")})
    (row,) = listed(servers, "one/sites/more.conf")
    assert (row["name"], row["configuration"]) == ("more:443", "one/conf/httpd.conf")


def test_only_selects_hosts(fragments: Path) -> None:
    names = {
        only: [row["name"] for row in listed(fragments, "--only", only, ".")]
        for only in ("staples", "off", "broken", "unknown")
    }
    assert names == {
        "staples": [],
        "off": ["c:443"],
        "broken": [],
        "unknown": ["a:443", "b:443", "d:443"],
    }
    done = run("hosts", "--only", "on", ".", cwd=fragments)
    assert done.returncode == 2
    assert "--only must be one of staples, off, broken, unknown" in done.stderr


def test_a_host_that_cannot_start_is_broken(servers: Path) -> None:
    """It has no SSLStaplingCache."""
    rows = listed(servers, "--only", "broken", "one")
    assert [row["name"] for row in rows] == ["one:443"]


def test_hosts_as_csv(fragments: Path) -> None:
    write(fragments, {"sites-available/e.conf": host("=cmd")})
    done = run("hosts", "--format", "csv", ".", cwd=fragments)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["host"] for row in rows] == ["a:443", "b:443", "c:443", "d:443", "'=cmd:443"]
    assert rows[2]["staples"] == "no"
    assert rows[2]["stapling"] == "off"
    assert rows[0]["file"] == "sites-available/a.conf"
    assert rows[0]["certificates"] == "/etc/ssl/certs/www.pem"


def test_dump_shows_servers_and_fragments_once(servers: Path) -> None:
    done = run("dump", "--format", "json", ".", cwd=servers)
    assert done.returncode == 0, done.stderr
    names = [
        each["arguments"]
        for each in checked(done.stdout, DUMP)
        if each["directive"] == "ServerName"
    ]
    assert names == [["one"], ["two"], ["spare"]]
    assert run("dump", ".", cwd=servers).stdout.count("ServerName one") == 1


@pytest.mark.parametrize("command", ["lint", "hosts", "dump", "responders", "fix"])
def test_a_folder_of_fragments_can_be_read(fragments: Path, command: str) -> None:
    for path in (".", "sites-available"):
        done = run(command, path, cwd=fragments)
        assert done.returncode in {0, 1}, done.stderr
        assert "apachestaple:" not in done.stderr


@pytest.mark.parametrize("command", ["hosts", "dump", "responders", "fix"])
def test_nothing_to_read_is_2(repository: Path, command: str) -> None:
    write(repository, {"README.md": "nothing\n"})
    done = run(command, ".", cwd=repository)
    assert done.returncode == 2
    assert "no configuration of httpd found" in done.stderr


def test_fix_repairs_fragments_of_a_folder_and_undoes_it(fragments: Path) -> None:
    paths = [fragments / f"sites-available/{name}.conf" for name in ("a", "b")]
    for path in paths:
        path.write_text(BAD_TIMEOUT + path.read_text())
    before = [path.read_text() for path in paths]
    done = run("fix", "--format", "json", ".", cwd=fragments)
    assert done.returncode in {0, 1}, done.stderr
    assert {each["path"] for each in json.loads(done.stdout)["files"]} == {
        "sites-available/a.conf",
        "sites-available/b.conf",
    }
    assert all(BAD_TIMEOUT not in path.read_text() for path in paths)
    assert json.loads(run("fix", "--format", "json", ".", cwd=fragments).stdout)["changed"] is False
    assert run("fix", "--undo", ".", cwd=fragments).returncode == 0
    assert [path.read_text() for path in paths] == before


def test_fix_edits_a_file_of_a_server_and_fragments_beside_it_once(servers: Path) -> None:
    path = servers / "one/sites/one.conf"
    path.write_text(path.read_text().replace("SSLUseStapling", "SSLUseStappling"))
    done = run("fix", "--format", "json", "--diff", ".", cwd=servers)
    assert done.stdout.count("+    SSLUseStapling on") <= 1
    report = json.loads(done.stdout)
    assert [each["path"] for each in report["files"]].count("one/sites/one.conf") == 1


def test_fix_repairs_fragments_of_several_folders(repository: Path) -> None:
    files = {f"{name}/a.conf": BAD_TIMEOUT + host(name, f"/x/{name}.pem") for name in ("a", "b")}
    write(repository, files)
    done = run("fix", "--format", "json", ".", cwd=repository)
    report = json.loads(done.stdout)
    assert [each["path"] for each in report["files"]] == list(files)
    # A finding about both folders has one place, in the plan and in the check of what was written.
    (missing,) = (each for each in report["findings"] if each["rule"] == "AS309")
    assert [each["name"] for each in missing["hosts"]] == ["a:443", "b:443"]
    assert places(linted(repository), "AS110") == []


def test_fix_repairs_a_fragment_whose_include_names_no_file(repository: Path) -> None:
    files = {
        # The folder of this name is elsewhere on the server.
        "site.conf": "Include /opt/common/tls.conf\n" + host(),
        "common/tls.conf": BAD_TIMEOUT + host("c"),
        # Relative to a ServerRoot that is unknown, and two files that name only each other.
        "loops/a.conf": "Include elsewhere/loops/b.conf\n" + BAD_TIMEOUT + host("a"),
        "loops/b.conf": "Include elsewhere/loops/a.conf\n",
        # It is included, and repaired once.
        "conf.d/main.conf": "Include conf.d/own.inc\n" + host("b"),
        "conf.d/own.inc": BAD_TIMEOUT,
    }
    write(repository, files)
    before = {name: (repository / name).read_text() for name in files}
    bad = {name for name, text in files.items() if BAD_TIMEOUT in text}
    assert {place.partition(":")[0] for place in places(linted(repository), "AS110")} == bad
    done = run("fix", "--format", "json", ".", cwd=repository)
    assert {each["path"] for each in json.loads(done.stdout)["files"]} == bad, done.stderr
    assert places(linted(repository), "AS110") == []
    told = run("dump", ".", cwd=repository).stdout
    assert [told.count(f"ServerName {name}\n") for name in ("a", "b", "c")] == [1, 1, 1]
    undone = run("fix", "--undo", ".", "--format", "json", cwd=repository)
    assert undone.returncode == 0, undone.stderr
    names = [each["name"] for each in json.loads(undone.stdout)["hosts"]]
    assert sorted(names) == ["a:443", "b:443", "c:443", "www.example.com:443"]
    assert {name: (repository / name).read_text() for name in files} == before


def test_fix_reads_a_fragment_in_the_root_folder_of_a_server(repository: Path) -> None:
    files = {
        "server/etc/httpd/conf/httpd.conf": MAIN,
        "server/srv/vhost.conf": "Include /srv/parts/one.inc\n" + host(),
        "server/srv/parts/one.inc": CACHE + BAD_TIMEOUT,
    }
    write(repository, files)
    done = run("fix", "--diff", "--format", "json", ".", cwd=repository)
    assert [each["path"] for each in json.loads(done.stdout)["files"]] == [
        "server/srv/parts/one.inc"
    ]
    # The cache is known, so that the responses have a place.
    stapling = {each["name"]: each["before"] for each in json.loads(done.stdout)["hosts"]}
    linted_hosts = {each["name"]: each["staples"] for each in linted(repository)["hosts"]}
    assert stapling == linted_hosts


# -- exclude and quiet --------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["lint", "hosts", "dump", "responders", "fix"])
def test_nothing_is_an_error_if_everything_is_excluded(fragments: Path, command: str) -> None:
    write(fragments, {"apachestaple.toml": 'exclude = ["*.conf"]\n'})
    done = run(command, ".", cwd=fragments)
    assert done.returncode == 0, done.stderr
    assert done.stderr.endswith(".: everything that could be read is excluded\n")


def test_excluded_folders_are_not_searched(servers: Path) -> None:
    report = linted(servers, "--exclude", "two", "--exclude", "spare/*.conf", ".")
    assert [each["path"] for each in report["configurations"]] == ["one/conf/httpd.conf"]
    told = run("lint", "--verbose", "--exclude", "two", ".", cwd=servers).stderr
    assert f"{servers}/two: excluded" in told


def test_exclude_of_the_settings_file_holds_for_all_commands(servers: Path) -> None:
    write(servers, {"apachestaple.toml": 'exclude = ["two", "spare"]\n'})
    assert [row["name"] for row in listed(servers, ".")] == ["one:443"]
    assert "ServerName two" not in run("dump", ".", cwd=servers).stdout


def test_an_excluded_file_is_read_by_the_server_that_includes_it(servers: Path) -> None:
    write(servers, {"one/sites/00-cache.conf": "SSLStaplingCache shmcb:/x(12345)\n"})
    report = linted(servers, "--exclude", "one/sites/00-*.conf", "one")
    rules = {each["rule"] for each in report["findings"]}
    assert "AS201" not in rules
    assert "AS206" not in rules


def test_quiet_prints_only_findings(fragments: Path) -> None:
    write(fragments, {"sites-available/e.conf": BAD_TIMEOUT})
    (fragments / "sites-available/gone.conf").symlink_to("nowhere")
    loud = run("lint", ".", cwd=fragments)
    assert "broken link" in loud.stderr
    assert "RULE " in loud.stdout
    quiet = run("lint", "--quiet", ".", cwd=fragments)
    assert quiet.stderr == ""
    assert quiet.returncode == loud.returncode
    assert "sites-available/e.conf:1:1" in quiet.stdout
    assert "RULE " not in quiet.stdout
    assert " files, " not in quiet.stdout


def test_quiet_does_not_hide_errors(repository: Path) -> None:
    done = run("lint", "--quiet", "missing.conf", cwd=repository)
    assert done.returncode == 2
    assert "does not exist" in done.stderr


def test_fix_diff_can_be_quiet(fragments: Path) -> None:
    write(fragments, {"sites-available/e.conf": BAD_TIMEOUT})
    done = run("fix", "--diff", "--quiet", ".", cwd=fragments)
    assert done.returncode == 1
    assert done.stderr == ""
    assert f"-{BAD_TIMEOUT}" in done.stdout
