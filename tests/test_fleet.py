"""A rollout with Ansible over real servers, each with its own problem."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.command.run import run
from tests.fleet.fleet import BATCHES, UNAVAILABLE, Fleet
from tests.fleet.problems import FIRST, WORSE
from tests.lab.handshake import handshake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fleet.controller import Play
    from tests.lab.play import Lab

REPAIRED = {each.name for each in FIRST if each.is_repaired} | {"debian"}
REVERTED = {each.name for each in WORSE}
# Servers that are repaired in the first batch, or have nothing to repair.
FIRST_BATCH = {each.name for each in FIRST} | {"debian"}
NOT_LATER = "!" + ":!".join([*REVERTED, "waits"])


@pytest.fixture
def fleet(lab: Lab) -> Iterator[Fleet]:
    # httpd's children, which run as another user, cannot enter pytest's folders.
    folder = Path(tempfile.mkdtemp(prefix="fleet-"))
    folder.chmod(0o755)
    try:
        with Fleet(lab, folder) as running:
            yield running
    finally:
        shutil.rmtree(folder)


def test_a_rollout_repairs_servers_and_stops_at_the_first_that_gets_worse(
    fleet: Fleet, tmp_path: Path
) -> None:
    first = fleet.texts()
    before = checked(fleet, tmp_path / "before")
    expect_the_problems(before)
    predicted = expect_a_prediction(fleet, first)
    expect_a_rollout(fleet, first, predicted)
    repaired = fleet.texts()
    after = expect_nothing_to_repair(fleet, repaired, tmp_path / "after")
    expect_good_servers(after, before)
    expect_a_report(tmp_path)
    expect_a_rollback(fleet, first, repaired)
    expect_a_stop_without_connection(fleet)


def checked(fleet: Fleet, folder: Path) -> dict[str, dict[str, Any]]:
    """What the playbook check writes to the controller, by server."""
    texts = fleet.texts()
    play = fleet.controller.run("check", stapling_report=str(folder))
    assert play.code == 2, play.output
    assert failed(play) == set(UNAVAILABLE)
    assert fleet.texts() == texts
    return documents_in(folder)


def documents_in(folder: Path) -> dict[str, dict[str, Any]]:
    documents = [json.loads(path.read_text()) for path in folder.iterdir()]
    return {document["server"]: document for document in documents}


def failed(play: Play) -> set[str]:
    """The servers for which a play has failed."""
    return {name for name, totals in play.totals.items() if totals["failures"]}


def changed(play: Play) -> set[str]:
    """The servers that a play has changed, or would change."""
    return {name for name, totals in play.totals.items() if totals["changed"]}


def expect_the_problems(documents: dict[str, dict[str, Any]]) -> None:
    assert set(documents) == FIRST_BATCH | REVERTED | {"waits"} | set(UNAVAILABLE)
    for problem in FIRST:
        found = {finding["rule"] for finding in documents[problem.name]["findings"]}
        assert found >= problem.rules, problem.name
    assert "Connection refused" in documents["down"]["error"]
    assert "/missing/python3" in documents["no-python"]["error"]
    assert "no configuration of httpd found" in documents["no-httpd"]["error"]


def expect_a_prediction(fleet: Fleet, first: dict[str, dict[str, bytes]]) -> dict[str, Any]:
    """``--check --diff`` changes nothing; returns the diff of each server."""
    play = fleet.controller.run("repair", "--check", "--diff", stapling_batches=[100])
    assert fleet.texts() == first
    assert failed(play) == set(UNAVAILABLE)
    assert changed(play) == REPAIRED | REVERTED | {"waits"}
    return {name: play.result(name, "Repair the configuration")["diff"] for name in changed(play)}


def expect_a_rollout(
    fleet: Fleet, first: dict[str, dict[str, bytes]], predicted: dict[str, Any]
) -> None:
    # The reload of one httpd ends it, and the other one loses its staple. Both are as before.
    play = rollout(fleet, "--diff")
    assert play.code == 2
    texts = fleet.texts()
    assert {name for name in texts if texts[name] != first[name]} == REPAIRED
    assert changed(play) == REPAIRED | REVERTED
    for name in changed(play):
        result = play.result(name, "Repair the configuration")
        assert result["diff"] == predicted[name]
        assert result["configtest"] == "passed"
    assert failed(play) == REVERTED
    for name, reason in (
        ("reload-fails", "Connection refused"),
        ("staple-lost", "the staple was good, and is none"),
    ):
        told = play.result(name, "Stop the rollout")["msg"]
        assert reason in told
        restored = "The old files are restored, and clients get the same as before."
        assert told.endswith(restored), (told, play.results_of(name, "Run the command"))
    assert "AH01959" in fleet.servers["reload-fails"].httpd.log
    assert "waits" not in play.totals
    for server in fleet.servers.values():
        for name, staples in server.problem.staples.items():
            shaken = handshake(server.httpd.port, name)
            assert shaken.connected, server.name
            assert shaken.good is staples, server.name
    assert handshake(fleet.debian.port.number, "www.example.com").good


def rollout(fleet: Fleet, *options: str, **variables: object) -> Play:
    return fleet.controller.run(
        "repair",
        *options,
        **{
            "stapling_batches": list(BATCHES),
            "stapling_probe_retries": 3,
            "stapling_probe_delay": 1,
            **variables,
        },
    )


def expect_nothing_to_repair(
    fleet: Fleet, repaired: dict[str, dict[str, bytes]], folder: Path
) -> dict[str, dict[str, Any]]:
    """A second run changes nothing. Returns what it writes to the controller."""
    play = rollout(fleet, "--limit", NOT_LATER, stapling_report=str(folder))
    assert failed(play) == set(UNAVAILABLE)
    assert changed(play) == set()
    assert set(play.totals) == FIRST_BATCH | set(UNAVAILABLE)
    assert fleet.texts() == repaired
    return documents_in(folder)


def expect_good_servers(after: dict[str, Any], before: dict[str, Any]) -> None:
    for name in REPAIRED:
        rules = {finding["rule"] for finding in after[name]["findings"]}
        earlier = {finding["rule"] for finding in before[name]["findings"]}
        assert rules < earlier, name
    for name in ("generated", "healthy"):
        assert after[name]["findings"] == before[name]["findings"]


def expect_a_report(folder: Path) -> None:
    """``apachestaple report`` reads the files, and tells what the rollout has repaired."""
    old, new = folder / "old.json", folder / "new.json"
    for documents, output, more in (("before", old, ()), ("after", new, ("--since", str(old)))):
        done = run("report", str(folder / documents), "--output", str(output), *more)
        assert done.returncode == 0, done.stderr
    before, after = json.loads(old.read_text()), json.loads(new.read_text())
    assert before["totals"]["failed_servers"] == len(UNAVAILABLE)
    assert after["totals"]["failed_servers"] == len(UNAVAILABLE)
    assert after["totals"]["errors"] < before["totals"]["errors"]
    assert after["totals"]["staples"] > 0


def expect_a_rollback(
    fleet: Fleet, first: dict[str, dict[str, bytes]], repaired: dict[str, dict[str, bytes]]
) -> None:
    servers = {"not-on", "debian", "no-cache"}
    limit = ("--limit", ",".join(servers))
    shown = fleet.controller.run("rollback", *limit, "--check", stapling_batches=[3])
    assert changed(shown) == servers
    assert fleet.texts() == repaired
    play = fleet.controller.run("rollback", *limit, stapling_batches=[3])
    texts = fleet.texts()
    assert {name for name in texts if texts[name] != repaired[name]} == servers
    assert all(texts[name] == first[name] for name in servers)
    # The cache of this server is removed, so httpd is stopped and started.
    assert play.result("debian", "Reload or restart the service")["state"] == "started"
    # This httpd runs on, because it would not start with the old files.
    assert failed(play) == {"no-cache"}
    assert "SSLStaplingCache is not set" in play.result("no-cache", "Stop before httpd ends")["msg"]
    for port in (
        fleet.debian.port.number,
        *(fleet.servers[name].httpd.port for name in ("not-on", "no-cache")),
    ):
        assert handshake(port, "www.example.com").connected


def expect_a_stop_without_connection(fleet: Fleet) -> None:
    """The rollout stops if a server is lost. What is meant to lose its staples is not worse."""
    texts = fleet.texts()
    play = rollout(
        fleet,
        "--limit",
        "healthy,debian,waits",
        stapling_disable="{{ inventory_hostname != 'debian' }}",
        stapling_batches=[2, 1],
        debian_reload=["/bin/sh", "-c", fleet.debian.end],
    )
    assert play.code
    assert play.totals["debian"]["unreachable"] == 1
    assert "debian" in play.result("healthy", "no longer reached")["msg"]
    healthy = fleet.servers["healthy"]
    assert not handshake(healthy.httpd.port, "www.example.com").staple
    assert healthy.texts() != texts["healthy"]
    assert "waits" not in play.totals
    assert fleet.servers["waits"].texts() == texts["waits"]
