"""All servers, and the controller."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

from tests.fleet.controller import Controller
from tests.fleet.debian import DebianServer
from tests.fleet.problems import FIRST, LAST, WORSE
from tests.fleet.server import Server
from tests.lab.ending import Ending
from tests.lab.processes import Child, wait_until
from tests.project import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.play import Lab

_CLIENT = ROOT / "tests" / "command" / "client.py"
# Servers that cannot be checked.
UNAVAILABLE = ("no-httpd", "no-python", "down")
# The batches of a rollout, and how many servers each has.
BATCHES = (len(FIRST) + 1 + len(UNAVAILABLE), len(WORSE), 1)


class Fleet(Ending):
    """Servers that run, each with its own problem, and those that cannot be checked."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab = lab
        self._ending = ExitStack()
        try:
            program = self._start_program(folder)
            problems = (*FIRST, *WORSE, LAST)
            self.servers = {each.name: Server(lab, each, program) for each in problems}
            for server in self.servers.values():
                self._ending.callback(server.close)
                server.start()
            (folder / "debian").mkdir()
            self.debian = DebianServer(lab, folder / "debian")
            self._ending.callback(self.debian.close)
            self.debian.start()
            (folder / "controller").mkdir()
            self.controller = Controller(folder / "controller", self._inventory(folder))
        except BaseException:
            self._ending.close()
            raise

    def _start_program(self, folder: Path) -> list[str]:
        """The command that runs the program, which is loaded once for all servers but Debian's."""
        path = folder / "program"
        command = [sys.executable, "-m", "tests.command.listener", str(path)]
        child = Child(
            command,
            output=folder / "program.log",
            environment={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        self._ending.callback(child.stop, grace=0.1)
        assert wait_until(path.exists, 30), (folder / "program.log").read_text()
        return ["/usr/bin/python3", "-I", "-S", str(_CLIENT), str(path)]

    def _inventory(self, folder: Path) -> dict[str, dict[str, object]]:
        variables = {name: server.variables() for name, server in self.servers.items()}
        variables["staple-lost"]["stapling_proxy"] = self.lab.dead.url
        variables["debian"] = self.debian.variables()
        healthy = variables["healthy"]
        empty = folder / "empty"
        empty.mkdir()
        variables["no-httpd"] = {**healthy, "stapling_paths": [str(empty)]}
        variables["no-python"] = {**healthy, "ansible_python_interpreter": "/missing/python3"}
        port = self.lab.dead.number
        variables["down"] = {**variables["debian"], "ansible_port": port}
        first = [each.name for each in FIRST]
        last = [each.name for each in (*WORSE, LAST)]
        authorities = {"stapling_probe_cafile": str(self.lab.authority.root_file)}
        order = [*first, "debian", *UNAVAILABLE, *last]
        return {name: {**variables[name], **authorities} for name in order}

    def texts(self) -> dict[str, dict[str, bytes]]:
        """The configuration of each server, by path."""
        texts = {name: server.texts() for name, server in self.servers.items()}
        return {**texts, "debian": self.debian.texts()}

    def close(self) -> None:
        """Stop everything."""
        self._ending.close()
