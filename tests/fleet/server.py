"""A server of the fleet: an httpd with its own files, and a service manager."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from tests.collection.interpreter import interpreter
from tests.lab.processes import Child, wait_until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.fleet.problems import Problem
    from tests.lab.play import Lab

SERVICE = Path(__file__).with_name("service.sh")


class Server:
    """An httpd that runs; its service manager ends with :meth:`close`."""

    def __init__(self, lab: Lab, problem: Problem, program: Sequence[str]) -> None:
        """``program`` is the command that runs the program."""
        self.name, self.problem = problem.name, problem
        self._program = program
        self.httpd = lab.httpd(problem.running, files=problem.files)
        self.root = self.httpd.root
        os.mkfifo(self.root / "starts")
        self._child = Child(
            ["/bin/sh", str(SERVICE), str(self.root), "run"],
            output=self.root / "logs" / "stderr",
            environment=self.httpd.environment,
        )

    def start(self) -> None:
        """Start httpd, and give its files the problem."""
        with (self.root / "starts").open("w") as pipe:
            pipe.write("start\n")
        pid_file = self.root / "httpd.pid"
        assert wait_until(pid_file.exists, 20), self.httpd.log
        if self.problem.broken:
            self.httpd.configure(self.problem.broken)

    @property
    def main(self) -> str:
        return str(self.root / "httpd.conf")

    def texts(self) -> dict[str, bytes]:
        """The configuration, by path; links as their targets."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            if path.is_symlink() or path.suffix == ".conf":
                is_link = path.is_symlink()
                text = os.readlink(path).encode() if is_link else path.read_bytes()
                found[str(path.relative_to(self.root))] = text
        return found

    def variables(self) -> dict[str, object]:
        """Its variables for Ansible."""
        program = self.root / "apachestaple"
        state = shlex.quote(str(self.root / "state"))
        program.write_text(
            f'#!/bin/sh\nXDG_STATE_HOME={state} exec {shlex.join(self._program)} "$@"\n'
        )
        program.chmod(0o755)
        return {
            "ansible_connection": "local",
            "ansible_python_interpreter": interpreter(self.root, "/usr/bin/python3"),
            "stapling_executable": str(program),
            "stapling_paths": [self.main],
            "stapling_reload_command": ["/bin/sh", str(SERVICE), str(self.root), "reload"],
            "stapling_restart_command": ["/bin/sh", str(SERVICE), str(self.root), "restart"],
            **self.problem.variables,
        }

    def close(self) -> None:
        self._child.stop(grace=0.3)
