"""The plugins of the collection that run on the controller."""

from __future__ import annotations

import importlib.util
import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.project import ROOT

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

WWW = "www.example.com:443"


def plugin(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location("plugin", ROOT / "ansible/plugins" / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("role", ["program", "stapling"])
def test_the_variables_of_a_role_are_documented_with_their_defaults(role: str) -> None:
    folder = ROOT / "ansible/roles" / role
    defaults = yaml.safe_load((folder / "defaults/main.yml").read_text())
    specs = yaml.safe_load((folder / "meta/argument_specs.yml").read_text())["argument_specs"]
    page = (ROOT / "docs/how-to/fleet.md").read_text()
    for spec in specs.values():
        assert {name: each["default"] for name, each in spec["options"].items()} == defaults
    assert not [name for name in defaults if f"`{name}`" not in page and name != "program_backups"]


@pytest.fixture(scope="module")
def save_report() -> ModuleType:
    return plugin("action/save_report.py")


def result(status: str = "good", **more: object) -> dict[str, Any]:
    staple = {"status": status, "verified": None if status == "none" else True}
    return {"target": WWW, "servername": "www.example.com", "staple": staple, "error": None, **more}


GOOD, NONE = result(), result("none")
FORGED = result(staple={"status": "good", "verified": False})
DOWN = result("none", error="Connection refused")
RSA: dict[str, Any] = {"other_certificates": [{"staple": {"status": "good", "verified": True}}]}
RSA_NONE: dict[str, Any] = {
    "other_certificates": [{"staple": {"status": "none", "verified": None}}]
}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([GOOD], [GOOD], []),
        ([NONE], [GOOD], []),
        ([DOWN], [DOWN], []),
        ([result("tryLater")], [NONE], []),
        ([GOOD], [NONE], ["the staple was good, and is none"]),
        ([GOOD], [FORGED], ["the staple was good, and is not valid"]),
        ([NONE], [result("tryLater")], ["the staple was none, and is tryLater"]),
        ([NONE], [DOWN], ["the handshake fails (Connection refused)"]),
        ([GOOD], [], ["it is no longer in the configuration, or was not probed"]),
        ([result(**RSA)], [result(**RSA_NONE)], ["the staple was good, and is none"]),
    ],
)
def test_a_host_is_worse_if_clients_get_less(
    before: list[object], after: list[object], expected: list[str]
) -> None:
    worse = plugin("filter/worse.py").FilterModule().filters()["worse"]
    assert worse(before, after) == [f"{WWW}: {problem}" for problem in expected]


def test_a_staple_that_is_missing_by_intention_is_not_worse() -> None:
    worse = plugin("filter/worse.py").worse
    hosts = [{"name": WWW, "before": True, "after": False}]
    assert worse([GOOD], [NONE], hosts) == []
    assert len(worse([GOOD], [DOWN], hosts)) == 1
    assert len(worse([GOOD], [result("revoked")], hosts)) == 1


def test_each_server_has_a_file_of_its_own_in_the_folder(save_report: ModuleType) -> None:
    servers = ("www1.example.com", "a/b", "a_b", "..", "../x", ".hidden", "x" * 500, "\udc80", "ä")
    names = [save_report._file_name(server) for server in servers]
    assert names[0] == "www1.example.com.json"
    assert len(set(names)) == len(servers)
    assert not [name for name in names if "/" in name or name.startswith(".") or len(name) > 255]


def test_an_error_is_one_line(save_report: ModuleType) -> None:
    assert save_report._not_checked("Task failed:\n  refused\n")["error"] == "Task failed: refused"


def test_a_file_is_replaced_in_one_step(save_report: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "new" / "www.json"
    for text in ("{}", '{"a": 1}'):
        save_report._write(str(path), text)
        assert json.loads(path.read_text()) == json.loads(text)
    assert [each.name for each in path.parent.iterdir()] == ["www.json"]
    assert path.stat().st_mode & 0o777 == 0o644
