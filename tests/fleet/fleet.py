"""All servers, and the controller."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from tests.fleet.controller import Controller
from tests.fleet.debian import DebianServer
from tests.fleet.problems import FIRST, LAST, WORSE
from tests.fleet.server import Server
from tests.lab.ending import Ending

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.play import Lab

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
            self.servers = {each.name: Server(lab, each) for each in (*FIRST, *WORSE, LAST)}
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
