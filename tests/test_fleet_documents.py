"""What ``report`` reads, and how it names what it cannot read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import chdir
from typing import TYPE_CHECKING, Any

import pytest

from apachestaple import __version__
from apachestaple.fleet import document as documents_module
from apachestaple.fleet import json_stream
from apachestaple.fleet.json_stream import JSONStream, JSONStreamError
from tests.documents import certificate, document, finding, host, write
from tests.in_process import run_here as run
from tests.project import ROOT
from tests.schemas import LINT, REPORT, SERVER_ERROR, checked

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def reported(*words: str | Path) -> Any:
    """The JSON of the report."""
    done = run("report", "--format", "json", *words)
    assert done.returncode == 0, done.stderr
    return checked(done.stdout, REPORT)


def names(report: Any) -> list[str]:
    return [server["server"] for server in report["servers"]]


# More folders than Python calls functions within one another.
_DEEP = 1200


# -- What lint prints ---------------------------------------------------------------------------


def test_the_results_of_lint_are_merged(tmp_path: Path) -> None:
    linted = run("lint", "--isolated", "--format", "json", ROOT / "examples/apache2")
    first = checked(linted.stdout, LINT)
    second = {**first, "server": "web2"}
    write(tmp_path / "a.json", {**first, "server": "web1"})
    write(tmp_path / "b.json", second)
    report = reported(tmp_path)
    assert names(report) == ["web1", "web2"]
    summary, totals = first["summary"], report["totals"]
    for name in ("hosts", "errors", "warnings", "infos", "fixable", "files"):
        assert totals[name] == 2 * summary[name], name
    own = report["servers"][0]
    assert [each["fingerprint"] for each in own["findings"]] == [
        each["fingerprint"] for each in first["findings"]
    ]
    assert [each["why"] for each in own["hosts"]] == [each["why"] for each in first["hosts"]]
    assert {group["name"] for group in report["authorities"]} >= {"CN=Lab Intermediate CA"}
    assert {group["name"] for group in report["responders"]} >= {"https://ocsp.example.net"}
    # The fragment with the rule's certificate is in its group.
    rules = {rule["rule"]: rule for rule in report["rules"]}
    assert rules["AS206"]["findings"] == rules["AS206"]["servers"] == 2
    assert rules["AS502"]["hosts"] == 22


def test_a_report_is_read_again(tmp_path: Path) -> None:
    first = write(tmp_path / "a.json", document("web1", findings=[finding()]))
    (tmp_path / "report.json").write_text(json.dumps(reported(first)))
    second = write(tmp_path / "b.json", document("web2"))
    both = reported(tmp_path / "report.json", second)
    assert names(both) == ["web1", "web2"]
    assert both["servers"] == reported(first, second)["servers"]


def test_documents_follow_one_another_in_a_file(tmp_path: Path) -> None:
    path = write(tmp_path / "all.json", *(document(f"web{n}") for n in range(3)))
    assert names(reported(path)) == ["web0", "web1", "web2"]


def test_standard_input_is_read(tmp_path: Path) -> None:
    text = json.dumps(document())
    for words in (["report", "-"], ["report"]):
        done = subprocess.run(
            [sys.executable, "-m", "apachestaple", *words, "--format", "json"],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert done.returncode == 0, done.stderr
        assert names(json.loads(done.stdout)) == ["web1"]


def test_a_folder_is_searched_for_json_files(tmp_path: Path) -> None:
    (tmp_path / "in/deep").mkdir(parents=True)
    write(tmp_path / "in/a.json", document("web1"))
    write(tmp_path / "in/deep/b.json", document("web2"))
    (tmp_path / "in/notes.txt").write_text("no JSON")
    (tmp_path / "in/loop").symlink_to(tmp_path / "in")
    os.mkfifo(tmp_path / "in/pipe.json")
    # A file that is named twice counts once.
    assert names(reported(tmp_path / "in", tmp_path / "in/a.json")) == ["web1", "web2"]


def test_deep_folders_are_read(tmp_path: Path) -> None:
    source = write(tmp_path / "a.json", document("web1"))
    with chdir(tmp_path):
        for _ in range(_DEEP):
            os.mkdir("d")
            os.chdir("d")
        os.rename(source, "a.json")
        assert names(reported(tmp_path)) == ["web1"]
        # pytest does not remove such folders.
        os.rename("a.json", source)
        for _ in range(_DEEP):
            os.chdir("..")
            os.rmdir("d")


def test_a_server_that_was_not_linted_is_in_the_report(tmp_path: Path) -> None:
    error = {"server": "web9", "error": "connection refused"}
    checked(json.dumps(error), SERVER_ERROR)
    write(tmp_path / "web9.json", error)
    write(tmp_path / "web1.json", document())
    report = reported(tmp_path)
    assert report["totals"]["servers"] == report["totals"]["failed_servers"] == 1
    (failed,) = (server for server in report["servers"] if server["error"])
    assert (failed["server"], failed["error"]) == ("web9", "connection refused")
    assert report == {**reported_again(tmp_path, report), "generated": report["generated"]}


def reported_again(folder: Path, report: Any) -> Any:
    (folder / "again").mkdir()
    path = folder / "again/report.json"
    path.write_text(json.dumps(report))
    return reported(path)


def test_a_version_without_issuers_is_read(tmp_path: Path) -> None:
    old = certificate()
    del old["issuer"], old["responder"]
    report = reported(write(tmp_path / "a.json", document(hosts=[host(certificates=[old])])))
    assert [group["name"] for group in report["authorities"]] == ["unknown"]
    assert [group["name"] for group in report["responders"]] == ["http://ocsp.example.com"]


# -- Several results of one server --------------------------------------------------------------


def test_the_latest_results_of_a_server_count(tmp_path: Path) -> None:
    old = document(findings=[finding()], generated="2026-11-25T23:30:00+09:00")
    write(tmp_path / "a.json", document(generated="2026-11-25T15:00:00Z"))
    write(tmp_path / "b.json", old)
    done = run("report", "--format", "json", tmp_path)
    assert json.loads(done.stdout)["totals"]["errors"] == 0
    assert f"{tmp_path}/b.json: not used, because {tmp_path}/a.json has later" in done.stderr
    assert run("report", "--quiet", "--format", "json", tmp_path).stderr == ""


def test_results_of_other_configurations_are_parts_of_a_server(tmp_path: Path) -> None:
    other = {"path": "/srv/httpd.conf", "kind": "server", "files": 1, "hosts": 1, "certificates": 0}
    write(tmp_path / "a.json", document())
    write(tmp_path / "b.json", document(hosts=[host("b:443")], configurations=[other]))
    report = reported(tmp_path)
    assert report["totals"]["hosts"] == 2
    assert report["totals"]["servers"] == 1
    (server,) = report["servers"]
    assert {each["path"] for each in server["configurations"]} == {
        "/etc/apache2/apache2.conf",
        "/srv/httpd.conf",
    }


@pytest.mark.parametrize(
    ("time", "error"),
    [(None, "down"), ("2026-11-26T00:00:00Z", "down"), ("2026-11-01T00:00:00Z", None)],
)
def test_an_error_counts_unless_there_are_later_results(
    tmp_path: Path, time: str | None, error: str | None
) -> None:
    write(tmp_path / "a.json", document())
    write(tmp_path / "b.json", {"server": "web1", "error": "down", "generated": time})
    (server,) = reported(tmp_path)["servers"]
    assert server["error"] == error
    assert len(server["hosts"]) == (error is None)


# -- What cannot be read ------------------------------------------------------------------------

TEXT = json.dumps(document(hosts=[host(), host("b:443")], findings=[finding()]), indent=2)
NOT_OURS = "this is not the output of apachestaple lint --format json"
BAD: dict[str, tuple[str, str]] = {
    "empty": ("", ":1:1: the file is empty"),
    "spaces": ("\n \n", ":3:1: the file is empty"),
    "half": (TEXT[: len(TEXT) // 2], ""),
    "ends early": ('{"server": "a",', ":1:16: expected a name in double quotes"),
    "text": ("hello", f":1:1: {NOT_OURS}"),
    "zeros": ("\0" * 100, f":1:1: {NOT_OURS}"),
    "array": ("[]", f":1:1: {NOT_OURS}"),
    "another program": ('{\n "version": 3}', f":1:1: {NOT_OURS}"),
    "NaN": ('{"server": "a",\n "generated": NaN}', ":2:15: NaN is not a number in JSON"),
    "long number": ('{"server": ' + "1" * 5000 + "}", ":1:12: Exceeds the limit"),
    "deep": ('{"a":' + "[" * 100_000, ":1:7: nested too deeply"),
    "deep objects": ('{"a":' * 100_000, ":1:6: nested too deeply"),
    "no colon": ('{"server" "a"}', ":1:11: expected :, found "),
    "trailing": (f"{TEXT}\n]", f"{TEXT.count(chr(10)) + 2}:1: {NOT_OURS}"),
    "no server": (json.dumps({**document(), "server": 1}), ":1:1: server must be a string"),
    "nameless": (json.dumps(document("")), ":1:1: server must not be empty"),
    "no time": (json.dumps({**document(), "generated": None}), ":1:1: generated is missing"),
    "a wrong time": (json.dumps(document(generated="now")), "a time must have the form"),
    "a number as hosts": (json.dumps({**document(), "hosts": 3}), ":1:1: hosts is missing"),
    "a host of text": (json.dumps(document(hosts=["a"])), "in hosts: a host must be an object"),  # type: ignore[list-item]
    "no name": (TEXT.replace('"name": "b:443"', '"name": null'), "name must be a string"),
    "no line": (json.dumps(document(hosts=[host(line=-1)])), "line must be a whole number"),
    "a true line": (json.dumps(document(hosts=[host(line=True)])), "line must be a whole number"),
    "a huge line": (json.dumps(document(hosts=[host(line=1 << 70)])), "line must be a whole"),
    "staples": (json.dumps(document(hosts=[host(staples=1)])), "staples must be true, false or nu"),
    "severity": (json.dumps(document(findings=[finding(severity="bad")])), "severity must be one"),
    "rule": (json.dumps(document(findings=[finding("<b>")])), "rule must be a code"),
    "a wrong URI": (
        json.dumps(document(hosts=[host(certificates=[{"path": "a", "ocsp_uris": [1]}])])),
        "in hosts: ocsp_uris must be an array of strings",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_read_is_named_and_the_others_count(
    tmp_path: Path, name: str
) -> None:
    text, message = BAD[name]
    bad = tmp_path / "bad.json"
    bad.write_text(text)
    write(tmp_path / "good.json", document("good"))
    done = run("report", "--format", "json", tmp_path)
    assert done.returncode == 0
    report = checked(done.stdout, REPORT)
    assert "good" in names(report)
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"apachestaple: {bad}:")
    assert message in line
    (problem,) = report["problems"]
    assert line == "apachestaple: {path}:{line}:{column}: {text}".format(**problem)
    if name == "trailing":
        return
    alone = run("report", "--format", "json", bad)
    assert (alone.returncode, alone.stdout) == (2, "")
    assert alone.stderr == done.stderr


def test_an_error_names_the_line_of_the_element(tmp_path: Path) -> None:
    text = TEXT.replace('"name": "b:443"', '"name": null')
    (tmp_path / "a.json").write_text(text)
    done = run("report", tmp_path / "a.json")
    number = text[: text.index('"name": null')].count("\n")
    assert f"a.json:{number}:5: in hosts: name must be a string" in done.stderr


def test_a_file_of_another_version_names_the_version(tmp_path: Path) -> None:
    old = document(apachestaple="0.0.9")
    del old["hosts"]
    done = run("report", write(tmp_path / "a.json", old))
    assert done.returncode == 2
    assert done.stderr.endswith("hosts is missing; apachestaple 0.0.9 wrote it\n")
    write(tmp_path / "a.json", {**old, "apachestaple": __version__})
    assert run("report", tmp_path / "a.json").stderr.endswith("hosts is missing\n")


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "pipe")
    secret = write(tmp_path / "good.json", document())
    for path, message in (
        ("gone.json", "No such file or directory"),
        ("empty", "contains no .json files"),
        # Nobody writes to it, and it is not waited for.
        ("pipe", "the file is empty"),
    ):
        done = run("report", "--format", "json", tmp_path / path, secret)
        assert done.returncode == 0
        assert message in done.stderr
        assert run("report", tmp_path / path).returncode == 2


@pytest.mark.parametrize(
    ("data", "place"),
    [(b'{"a":\n "\xff"}', "2:3"), ('{"server": "a"}'.encode("utf-16"), "1:1")],
)
def test_only_utf_8_is_read(tmp_path: Path, data: bytes, place: str) -> None:
    (tmp_path / "a.json").write_bytes(data)
    done = run("report", tmp_path / "a.json")
    assert done.returncode == 2
    assert done.stderr == f"apachestaple: {tmp_path}/a.json:{place}: not UTF-8\n"


def test_a_byte_order_mark_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(document()), encoding="utf-8-sig")
    assert names(reported(tmp_path / "a.json")) == ["web1"]


def test_bytes_that_are_not_utf_8_in_paths_are_kept(tmp_path: Path) -> None:
    path = "/etc/\udcff/a.conf"
    report = reported(write(tmp_path / "a.json", document(hosts=[host(file=path)])))
    assert report["servers"][0]["hosts"][0]["file"] == path


# -- Pieces -------------------------------------------------------------------------------------


def small_pieces(data: bytes, size: int) -> Callable[[int], bytes]:
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    return lambda _: pieces.pop(0) if pieces else b""


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_a_text_in_small_pieces_has_the_same_values(size: int) -> None:
    value = {"a": [1, -2.5e3, True, None, '\u20ac\\"', {"b": []}], "c": {}, "d": 12345}
    data = json.dumps(value, ensure_ascii=False, indent=1).encode()
    assert JSONStream(small_pieces(data, size)).value() == value
    stream = JSONStream(small_pieces(data, size))
    found: dict[str, object] = {}
    for name in stream.members():
        if stream.next() == "[":
            found[name] = [stream.value() for _ in stream.elements()]
        else:
            found[name] = stream.value()
    assert found == value
    assert stream.next() == ""


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_an_error_has_the_same_place_in_small_pieces(size: int) -> None:
    data = b'{\n "a": [1,\n  2,\n  nothing]}'
    stream = JSONStream(small_pieces(data, size))
    with pytest.raises(JSONStreamError) as caught:
        [stream.value() for _ in stream.members() for _ in stream.elements()]
    assert (caught.value.line, caught.value.column) == (4, 3)


def test_a_value_without_end_is_not_read_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "_LONGEST", 1000)
    monkeypatch.setattr(json_stream, "_PIECE", 100)
    read = 0

    def endless(size: int) -> bytes:
        nonlocal read
        read += size
        return b"a" * size if read > 100 else b'"'.ljust(size, b"a")

    with pytest.raises(JSONStreamError, match="more than 1,000 characters"):
        JSONStream(endless).value()
    assert read < 10_000


def test_many_hosts_are_kept_in_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apachestaple.fleet.parsing.BLOCK", 10)
    assert documents_module.BLOCK == 1000
    hosts = [host(f"h{number}:443") for number in range(25)]
    findings = [finding(line=number) for number in range(1, 31)]
    report = reported(write(tmp_path / "a.json", document(hosts=hosts, findings=findings)))
    (server,) = report["servers"]
    assert [each["name"] for each in server["hosts"]] == [each["name"] for each in hosts]
    assert [each["line"] for each in server["findings"]] == list(range(1, 31))


def test_large_files_are_read_by_several_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apachestaple.fleet.reading._WORTH_PROCESSES", 1)
    for number in range(20):
        write(tmp_path / f"{number:02}.json", document(f"web{number:02}"))
    (tmp_path / "05.json").write_text("{")
    done = run("report", "--format", "json", tmp_path)
    report = checked(done.stdout, REPORT)
    assert names(report) == [f"web{number:02}" for number in range(20) if number != 5]
    assert "05.json:1:2: expected a name in double quotes" in done.stderr
