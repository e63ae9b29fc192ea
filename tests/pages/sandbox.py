"""A folder in which the commands of a page are run, in order."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.command.run import run
from tests.pages.folders import PREPARED, examples
from tests.walkthrough.pages import LEFT_OUT

# The folder that absolute paths in the pages start with.
SHOWN_ROOT = "/srv/apachestaple"
_SHELL = re.compile(r"[|&;<>$`*\n(]")


@dataclass(frozen=True)
class Sandbox:
    """A folder with the examples, which commands may change.

    ``inside`` is the start of a command that runs in a network namespace, ``environment`` adds to
    the variables.
    """

    folder: Path
    inside: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_page(cls, page: str, folder: Path) -> "Sandbox":
        """The folder in which the commands of a page are run."""
        PREPARED.get(page, examples)(folder)
        return cls(folder)

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command, in a shell if it needs one."""
        words = shlex.split(command)
        if words[0] == "apachestaple" and not _SHELL.search(command) and not self.inside:
            return run(*words[1:], cwd=self.folder, env=self._environment)
        return self._in_shell(command)

    def output(self, command: str) -> str:
        """What the command prints, first on standard output and then on standard error."""
        done = self.run(command)
        return (done.stdout + done.stderr).replace(str(self.folder.resolve()), SHOWN_ROOT)

    @property
    def _environment(self) -> dict[str, str]:
        programs = os.path.dirname(sys.executable)
        return {
            "HOME": str(self.folder),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "NO_COLOR": "1",
            "PYTHONUTF8": "1",
            "COLUMNS": "200",
            "PATH": f"{programs}:{os.environ['PATH']}",
            **self.environment,
        }

    def _in_shell(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            # nsenter leaves the working directory.
            [*self.inside, "sh", "-c", f"cd {shlex.quote(str(self.folder))} && {command}"],
            env={**os.environ, **self._environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=60,
        )


def is_shown(output: str, printed: str) -> bool:
    """Whether a page shows exactly what was printed, except for lines that are left out."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == LEFT_OUT else re.escape(line)
        for line in output.splitlines(keepends=True)
    )
    return re.fullmatch(pattern, printed) is not None
