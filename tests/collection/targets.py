"""``python -m tests.collection.targets PYTHON …``: runs the modules with the Pythons of servers.

apachestaple itself is run with the Python of this program, as on a server. The results must be the
same as with that Python. Exit code 1 if they are not.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.collection.playbook import PYTHON, Result, results_of, task
from tests.project import ROOT

# What a test may compare: the rest depends on the time and on Ansible.
_KEYS = (
    *("changed", "configurations", "diff", "files", "findings", "hosts", "msg", "notes"),
    *("refusals", "repairs", "summary", "targets"),
)


def results_with(python: str) -> dict[str, Any]:
    """The results of the modules that this Python runs, on a copy of the example."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        tree = shutil.copytree(ROOT / "examples/apache2", folder / "apache2", symlinks=True)
        tasks = {
            "lint": task("lint", paths=[tree]),
            "check": task("fix", paths=[tree], check=True),
            "fix": task("fix", paths=[tree]),
            "undo": task("fix", paths=[tree], state="undone"),
            "probe": task("probe", targets=["127.0.0.1:1"]),
            "wrong": task("lint", paths=[folder / "none"]),
        }
        for each in tasks.values():
            each["vars"] = {"ansible_python_interpreter": python}
        results = results_of(folder, **tasks)
        return {name: _comparable(result, folder) for name, result in results.items()}


def _comparable(result: Result, folder: Path) -> Any:
    kept = {key: result[key] for key in _KEYS if key in result}
    text = json.dumps(kept, sort_keys=True).replace(str(folder), "/folder")
    return json.loads(re.sub(r"[\d.]+ s\b|\d{4}-\d\d-\d\d[T ][\d:.]+Z?", "…", text))


def main() -> int:
    """Compare and print; returns the exit code."""
    expected = results_with(PYTHON)
    assert expected["fix"]["changed"], expected["fix"]
    failed = False
    for python in sys.argv[1:]:
        version = subprocess.run([python, "--version"], capture_output=True, text=True, check=True)
        found = results_with(python)
        differing = [name for name in expected if found[name] != expected[name]]
        failed = failed or bool(differing)
        sys.stdout.write(f"{version.stdout.strip()}: {', '.join(differing) or 'no difference'}\n")
        for name in differing:
            sys.stdout.write(f"  {found[name]}\n  instead of {expected[name]}\n"[:4000])
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
