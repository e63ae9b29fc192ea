"""What apachestaple says about a configuration: by its command line alone."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.command.run import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAIN_FILE = "httpd.conf"


class ProgramError(Exception):
    """The program did not do what it was asked to do; the text is what it printed."""


@dataclass(frozen=True)
class Answer:
    """What ``hosts`` says about a host."""

    staples: bool | None
    why: str


def hosts(root: Path) -> dict[str, Answer]:
    """By name, without the port."""
    printed = _run(root, "hosts", "--format", "json")
    return {
        host["name"].rpartition(":")[0]: Answer(host["staples"], host["why"])
        for host in json.loads(printed)
    }


def findings(root: Path) -> Iterator[str]:
    """What lint finds, one line each."""
    for found in json.loads(_run(root, "lint", "--format", "json"))["findings"]:
        place = f"{os.path.relpath(found['file'], root)}:{found['line']}"
        yield f"{found['severity']} {found['rule']} {place}: {found['message']}"


def fix(root: Path, *, unsafe: bool) -> str:
    """Repair the configuration; what was printed."""
    options = ["--unsafe"] if unsafe else []
    # httpd itself looks at the result afterwards.
    return _run(root, "fix", "--configtest", "never", "--no-backup", *options)


def _run(root: Path, command: str, *options: str) -> str:
    environment = {"XDG_STATE_HOME": str(root.parent / "state")}
    done = run(command, root / MAIN_FILE, *options, env=environment)
    if done.returncode not in (0, 1) or not done.stdout:
        raise ProgramError(f"{command}: exit code {done.returncode}: {done.stderr}{done.stdout}")
    return done.stdout
