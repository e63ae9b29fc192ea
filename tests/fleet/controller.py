"""The controller: runs the playbooks of the collection with a real ``ansible-playbook``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

_SECONDS = 600
_PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")


@dataclass
class Play:
    """What a playbook has done.

    Attributes:
        code: its exit code.
        output: what it has printed.
        results: of each task and server: server, task, outcome, result.
        totals: ok, changed, failures … of each server.

    """

    code: int
    output: str
    results: list[dict[str, Any]] = field(default_factory=list)
    totals: dict[str, dict[str, int]] = field(default_factory=dict)

    def result(self, server: str, task: str) -> dict[str, Any]:
        """The last result of a task on a server."""
        return self.results_of(server, task)[-1]

    def results_of(self, server: str, task: str) -> list[dict[str, Any]]:
        """Each result of a task on a server."""
        return [
            each["result"]
            for each in self.results
            if each["server"] == server and each["task"].endswith(task)
        ]

    def servers(self, task: str) -> set[str]:
        """The servers on which a task has run."""
        return {
            each["server"]
            for each in self.results
            if each["task"].endswith(task) and not each["result"].get("skipped")
        }


class Controller:
    """A folder with the collection, an inventory and the settings of Ansible."""

    def __init__(self, folder: Path, servers: Mapping[str, Mapping[str, object]]) -> None:
        self.folder = folder
        collections = folder / "ansible_collections" / "apachestaple"
        collections.mkdir(parents=True)
        (collections / "httpd").symlink_to(ROOT / "ansible")
        self._inventory = folder / "inventory.json"
        self._inventory.write_text(json.dumps({"all": {"hosts": servers}}))
        (folder / "ansible.cfg").write_text("")
        (folder / "remote").mkdir(mode=0o700)
        self._environment = {
            **{name: value for name, value in os.environ.items() if "ANSIBLE" not in name},
            "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
            "ANSIBLE_HOME": str(folder / "home"),
            "ANSIBLE_COLLECTIONS_PATH": str(folder),
            "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests" / "fleet" / "callback"),
            "ANSIBLE_CALLBACKS_ENABLED": "results",
            "ANSIBLE_REMOTE_TEMP": str(folder / "remote"),
            "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_FORKS": "10",
            "ANSIBLE_NOCOLOR": "1",
            "LC_ALL": "C.UTF-8",
        }

    def run(self, playbook: str, *options: str, **variables: object) -> Play:
        """Run a playbook of the collection, or a file."""
        results = self.folder / "results"
        results.unlink(missing_ok=True)
        done = subprocess.run(
            [
                str(_PLAYBOOK),
                f"--inventory={self._inventory}",
                f"--extra-vars={json.dumps(variables)}",
                *options,
                playbook if "/" in playbook else f"apachestaple.httpd.{playbook}",
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env={**self._environment, "RESULTS": str(results)},
            timeout=_SECONDS,
            check=False,
        )
        play = Play(done.returncode, done.stdout + done.stderr)
        for line in results.read_text().splitlines() if results.exists() else ():
            read = json.loads(line)
            if "totals" in read:
                play.totals[read["server"]] = read["totals"]
            else:
                play.results.append(read)
        return play
