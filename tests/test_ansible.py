"""The modules of the collection, run by Ansible; its documentation and its package."""

from __future__ import annotations

import json
import os
import shutil
import tarfile
from typing import TYPE_CHECKING, Any

import pytest

import apachestaple
from apachestaple.rules.rule import CACHE, tls_host
from tests.collection.playbook import (
    copied,
    copy_collection,
    result_of,
    results_of,
    run_ansible,
    task,
)
from tests.collection.sanity import PLAIN, sanity
from tests.command.run import run
from tests.project import ROOT
from tests.schemas import LINT, PROBE, SERVER_ERROR, checked

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.play import Lab

MODULES = ("fix", "lint", "probe")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the example, with a file that fix changes.

    It has unusual bytes, and a name that Ansible must not evaluate as a template.
    """
    copy = shutil.copytree(ROOT / "examples/apache2", tmp_path / "apache2", symlinks=True)
    unusual = copy / "sites-enabled/unusual.conf"
    unusual.write_bytes(
        b"<VirtualHost *:443>\r\n# \xe4 \x1b[31m \xe2\x80\xae\r\n"
        b"\tServerName {{7*7}}.example.com\r\n\tSSLEngine on\r\n\tSSLUseStaplling on\r\n"
        b"\tSSLCertificateFile certs/www.example.com.pem\r\n</VirtualHost>\r\n"
    )
    return copy


def texts(folder: Path) -> dict[str, bytes]:
    """The content of all files."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_lint_returns_the_report_of_the_program(tree: Path, tmp_path: Path) -> None:
    done = results_of(
        tmp_path,
        all=task("lint", paths=[tree]),
        facts={"ansible.builtin.debug": {"msg": "{{ ansible_facts.apachestaple }}"}},
        some=task("lint", paths=[tree], select=["AS1", "AS2"], ignore=["AS105"], check=True),
        failing=task("lint", paths=[tree], fail_on="error"),
        nothing=task("lint", paths=[tmp_path / "none"]),
        partly=task("lint", paths=[tree, tmp_path / "none"]),
    )
    printed = json.loads(run("lint", "--format=json", tree, cwd="/").stdout)
    found = done["all"]
    for key in ("configurations", "hosts", "summary"):
        assert found[key] == found["report"][key]
    assert checked(json.dumps(found["report"]), LINT)["server"] == printed["server"]
    assert found["report"]["summary"] == printed["summary"]
    assert not found["changed"]
    assert not found["failed"]
    places = {(each["rule"], f"/{each['file']}", each["line"]) for each in printed["findings"]}
    assert {(each["rule"], each["file"], each["line"]) for each in found["findings"]} == places

    codes = {each["rule"] for each in done["some"]["findings"]}
    assert codes
    assert all(code.startswith(("AS1", "AS2")) and code != "AS105" for code in codes)

    failing = done["failing"]
    assert failing["failed"]
    assert failing["findings"] == found["findings"]
    assert ": error[AS" in failing["msg"]
    assert "warning[" not in failing["msg"]
    assert done["facts"]["msg"]["version"] == apachestaple.__version__
    assert done["facts"]["msg"]["findings"] == found["findings"]
    assert "{{7*7}}.example.com:443" in {each["name"] for each in done["facts"]["msg"]["hosts"]}
    assert set(done["facts"]["msg"]) == {"version", "server", "findings", "hosts", "summary"}

    nothing = checked(json.dumps(done["nothing"]["report"]), SERVER_ERROR)
    assert nothing == {"server": printed["server"], "error": done["nothing"]["msg"]}
    assert str(tmp_path / "none") in done["nothing"]["msg"]
    assert done["partly"]["failed"]
    assert done["partly"]["findings"] == found["findings"]


def test_fix_shows_in_check_mode_what_a_run_changes_and_undoes_it(
    tree: Path, tmp_path: Path
) -> None:
    first = texts(tree)
    done = results_of(
        tmp_path,
        check=task("fix", paths=[tree], check=True),
        checked=copied(tree, tmp_path / "checked"),
        repair=task("fix", paths=[tree]),
        repaired=copied(tree, tmp_path / "repaired"),
        again=task("fix", paths=[tree], fail_on="info"),
        undo_check=task("fix", paths=[tree], state="undone", check=True),
        undo_checked=copied(tree, tmp_path / "undo_checked"),
        undo=task("fix", paths=[tree], state="undone"),
        undo_again=task("fix", paths=[tree], state="undone"),
    )
    check, repair = done["check"], done["repair"]
    assert check["changed"]
    assert repair["changed"]
    assert not repair["failed"]
    for key in ("diff", "files", "repairs", "refusals", "findings", "hosts", "reload", "restart"):
        assert check[key] == repair[key], key
    assert texts(tmp_path / "checked") == first
    repaired = texts(tmp_path / "repaired")
    assert repaired != first

    # The diff is the change, and what is printed has no control characters.
    shown = "".join(each["prepared"] for each in repair["diff"])
    assert r"\x1b[31m \u202e" in shown
    assert all(each in "\n\t" or each.isprintable() for each in shown)
    names = {each["after_header"] for each in repair["diff"]}
    assert names == {
        os.path.realpath(tree / path) for path in first if repaired[path] != first[path]
    }
    assert {each["path"] for each in repair["files"]} == names
    (unusual,) = (each["diff"] for each in repair["files"] if "unusual" in each["path"])
    assert "# \\xe4 \x1b[31m \u202e" in unusual

    assert not done["again"]["changed"]
    assert done["again"]["diff"] == []
    assert done["again"]["failed"], "findings stay, and fail_on is info"
    assert done["again"]["findings"] == repair["findings"]

    assert done["undo_check"]["changed"]
    assert texts(tmp_path / "undo_checked") == repaired
    assert done["undo"]["changed"]
    assert done["undo"]["diff"] == done["undo_check"]["diff"]
    assert texts(tree) == first
    assert not done["undo_again"]["changed"]
    assert not done["undo_again"]["failed"]
    assert "there is no backup" in done["undo_again"]["notes"][0]


# Programs that are not apachestaple, or an unknown version of it, and what the error says.
PROGRAMS = {
    "half": ("printf '{\"findings\": [{'", "did not print whole JSON"),
    "older": ("echo '{\"findings\": []}'", "has no key apachestaple"),
    "list": ("echo '[1]'", "is list instead of an object; the collection needs apachestaple"),
    "constant": ("echo '{\"apachestaple\": NaN}'", "NaN is not JSON"),
    "deep": ("head -c 400000 /dev/zero | tr '\\0' '['", "did not print whole JSON"),
    "silent": ("exit 2", "exit code 2 without a message"),
    "rude": ("printf '\\033[31m\\351 no\\n' >&2; exit 2", r"failed: \x1b[31m\xe9 no"),
    "endless": ("exec sleep 100", "took over 1 seconds"),
    "flood": ("exec yes", "printed over"),
    "strange": (
        'echo \'{"apachestaple": "9", "server": "x", "configurations": [], "hosts": [],'
        ' "summary": {}, "findings": [{"rule": "x", "severity": "new",'
        ' "message": "", "file": "x", "line": 1}]}\'',
        "unknown severity 'new'",
    ),
}


def test_errors_of_the_program_are_named(tmp_path: Path) -> None:
    copy_collection(tmp_path / "collections")
    programs = {
        str(tmp_path / "missing"): "missing is not installed (no such file)",
        "no-such-apachestaple": "is not installed (not found in PATH)",
        str(ROOT / "README.md"): "README.md is not executable",
    }
    for name, (script, said) in PROGRAMS.items():
        programs[_program(tmp_path / name, f"#!/bin/sh\n{script}\n")] = said
    programs[_program(tmp_path / "broken", "#!/nonexistent/python3\n")] = "cannot be started"
    for path, said in programs.items():
        # The output of yes is larger than the limit only after some seconds.
        limit = 1 if path.endswith("endless") else 60
        result = result_of(tmp_path, "lint", executable=path, time_limit=limit)
        assert result["failed"], path
        assert said in result["msg"]
        assert checked(json.dumps(result["report"]), SERVER_ERROR)["error"] == result["msg"]
        assert "ansible_facts" not in result


def _program(path: Path, script: str) -> str:
    path.write_text(script)
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("module", "options", "said"),
    [
        ("fix", {"proxy": "http://me:secret@proxy.example.com:1"}, "--proxy takes a URL"),
        ("fix", {"disable": True, "use_mod_md": True}, "only one of --disable, --use-mod-md"),
        ("fix", {"executable": "/bin/echo"}, "fix did not print whole JSON"),
        ("probe", {}, "one of targets and configurations is required"),
        ("probe", {"targets": ["x"], "warning": -1}, "--warning must be a number of days"),
        ("lint", {"time_limit": 0}, "time_limit must be above 0"),
        ("lint", {"select": ["AS999"]}, "AS999"),
    ],
)
def test_errors_of_the_options_are_named(
    tmp_path: Path, module: str, options: dict[str, object], said: str
) -> None:
    result = result_of(tmp_path, module, **options)
    assert result["failed"]
    assert said in result["msg"]
    assert "secret" not in json.dumps(result)


def test_probe_returns_what_servers_staple(lab: Lab, tmp_path: Path) -> None:
    hosts = [
        tls_host(line, certificate=name, name=f"{name}.example.com")
        for name, line in {"good": "SSLUseStapling on", "other": "SSLUseStapling off"}.items()
    ]
    with lab.httpd(f"{CACHE}{''.join(hosts)}") as httpd:
        assert httpd.start()
        common: dict[str, Any] = {
            "address": "127.0.0.1",
            "cafile": lab.authority.root_file,
            "repeat": 2,
        }
        target = [f"good.example.com:{httpd.port}"]
        off = [f"other.example.com:{httpd.port}"]
        done = results_of(
            tmp_path,
            good=task("probe", targets=target, fail_on="unknown", require_staple=True, **common),
            off=task("probe", targets=off, fail_on="warning", require_staple=True, **common),
            soon=task("probe", targets=target, warning=100000, **common),
            down=task("probe", targets=["127.0.0.1:1"], check=True),
            compared=task("probe", configurations=[httpd.root / "httpd.conf"], **common),
        )
    good = done["good"]
    assert good["verdict"] == "ok"
    assert not good["changed"]
    assert not good["failed"]
    (result,) = checked(json.dumps(good["results"]), PROBE)
    assert result["staple"]["status"] == "good"
    assert done["off"]["failed"]
    assert done["off"]["verdict"] == "critical"
    assert done["off"]["msg"].startswith(f"{off[0]}: critical: ")
    assert done["soon"]["verdict"] == "warning"
    assert not done["soon"]["failed"]
    assert done["down"]["verdict"] == "critical"
    assert not done["down"]["failed"]
    assert "Connection refused" in done["down"]["results"][0]["error"]
    assert {each["target"] for each in done["compared"]["results"]} == {*target, *off}


def test_the_collection_is_built_and_installed(tmp_path: Path) -> None:
    built = run_ansible(
        tmp_path, "ansible-galaxy", "collection", "build", str(ROOT / "ansible"), within=tmp_path
    )
    assert built.returncode == 0, built.stderr
    archive = tmp_path / f"apachestaple-httpd-{apachestaple.__version__}.tar.gz"
    with tarfile.open(archive) as packed:
        names = set(packed.getnames())
        licence = packed.extractfile("LICENSE")
        assert licence is not None
        assert licence.read() == (ROOT / "LICENSE").read_bytes()
    assert {f"plugins/modules/{name}.py" for name in MODULES} < names
    assert {"README.md", "LICENSE", "meta/runtime.yml", "MANIFEST.json"} < names
    assert not [name for name in names if "__pycache__" in name]
    shown = run_ansible(
        tmp_path,
        "ansible-galaxy",
        "collection",
        "install",
        str(archive),
        "-p",
        "installed",
        "--force",
        within=tmp_path,
    )
    assert shown.returncode == 0, shown.stderr
    installed = tmp_path / "installed/ansible_collections/apachestaple/httpd"
    assert (installed / "plugins/modules/lint.py").read_bytes() == (
        ROOT / "ansible/plugins/modules/lint.py"
    ).read_bytes()


# Prints the options that a module declares.
DECLARED = """
import importlib, json, sys
from unittest import mock
modules = "ansible_collections.apachestaple.httpd.plugins.modules."
declared = {}
for name in sys.argv[1:]:
    module = importlib.import_module(modules + name)
    with mock.patch.object(module, "AnsibleModule") as made:
        made.side_effect = SystemExit
        try:
            module.main()
        except SystemExit:
            declared[name] = made.call_args.kwargs["argument_spec"]
print(json.dumps(declared))
"""


def test_the_documentation_of_each_module_is_whole(tmp_path: Path) -> None:
    names = [f"apachestaple.httpd.{name}" for name in MODULES]
    done = run_ansible(tmp_path, "ansible-doc", "--json", *names)
    assert done.returncode == 0, done.stderr
    pages = json.loads(done.stdout)
    printed = run_ansible(
        tmp_path, "python", "-c", DECLARED, *MODULES, within=tmp_path / "collections"
    )
    declared = json.loads(printed.stdout)
    for name in MODULES:
        page = pages[f"apachestaple.httpd.{name}"]
        assert page["examples"].count("- name:") >= 2
        assert page["return"]["notes"]["description"]
        assert page["doc"]["attributes"]["check_mode"]["support"] == "full"
        assert page["doc"]["version_added"] == apachestaple.__version__
        described = {
            option: {key: value for key, value in each.items() if key != "description"}
            for option, each in page["doc"]["options"].items()
        }
        assert described == declared[name]


def test_ansible_test_finds_no_problem(tmp_path: Path) -> None:
    """The tests that need no packages; ``make ansible-sanity`` runs all, and ansible-lint."""
    options = [word for name in PLAIN for word in ("--test", name)]
    assert sanity(tmp_path / "copy", tmp_path / "home", *options) == 0
