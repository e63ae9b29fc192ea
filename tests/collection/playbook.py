"""Runs tasks of the collection on this machine by ``ansible-playbook``."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.collection.interpreter import interpreter
from tests.project import ROOT

BIN = Path(sys.executable).parent
PROGRAM = str(BIN / "apachestaple")
# Modules must run where apachestaple and its packages cannot be imported.
PYTHON = os.path.realpath(sys.executable)

Task = dict[str, Any]
Result = dict[str, Any]


def task(module: str, *, check: bool = False, **options: object) -> Task:
    """A task that runs a module of the collection with the installed program."""
    return {
        f"apachestaple.httpd.{module}": {"executable": PROGRAM, **options},
        "check_mode": check,
        "diff": True,
    }


def copied(source: Path, to: Path) -> Task:
    """A task that copies a folder, to compare it later."""
    return {"ansible.builtin.command": {"argv": ["cp", "-a", str(source), str(to)]}}


def results_of(folder: Path, **tasks: Task) -> dict[str, Result]:
    """Run the tasks in this order, also if one fails; returns their results by their names.

    ``folder`` has the files of Ansible, and the backups of fix.
    """
    written = folder / "results.json"
    steps = [
        {"name": name, **each, "register": name, "ignore_errors": True}
        for name, each in tasks.items()
    ]
    names = ", ".join(f"'{name}': {name}" for name in tasks)
    steps.append(
        {
            "name": "Write the results",
            "ansible.builtin.copy": {
                "content": "{{ {" + names + "} | to_json }}",
                "dest": str(written),
                "mode": "0600",
            },
            "diff": False,
        }
    )
    play = {
        "name": "Test",
        "hosts": "localhost",
        "gather_facts": False,
        # The setting of this name is not for a host without inventory.
        "vars": {"ansible_python_interpreter": interpreter(folder, PYTHON)},
        "tasks": steps,
    }
    playbook = folder / "playbook.yml"
    playbook.write_text(json.dumps([play], default=str))
    done = run_ansible(folder, "ansible-playbook", str(playbook))
    assert done.returncode == 0, done.stdout + done.stderr
    results: dict[str, Result] = json.loads(written.read_text())
    return results


def result_of(folder: Path, module: str, **options: object) -> Result:
    """Run a module as Ansible does on a server, without Ansible's processes."""
    arguments = folder / "arguments.json"
    given = {"executable": PROGRAM, **options}
    arguments.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": given}, default=str))
    name = f"ansible_collections.apachestaple.httpd.plugins.modules.{module}"
    done = run_ansible(folder, "python", "-m", name, str(arguments), within=folder / "collections")
    assert done.returncode in (0, 1), done.stderr
    result: Result = json.loads(done.stdout)
    return result


def copy_collection(folder: Path) -> Path:
    """Copy the collection to the place in which Ansible's tools find it; returns that place."""
    place = folder / "ansible_collections/apachestaple/httpd"
    shutil.copytree(ROOT / "ansible", place, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    return place


def run_ansible(
    folder: Path, program: str, *arguments: str, within: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program of Ansible, whose own files are in ``folder``."""
    if not (folder / "collections").exists():
        copy_collection(folder / "collections")
    return subprocess.run(
        [BIN / program, *arguments],
        env={
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "HOME": str(folder),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
            "ANSIBLE_HOME": str(folder / "home"),
            "ANSIBLE_LOCALHOST_WARNING": "False",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "False",
            "ANSIBLE_PIPELINING": "True",
            "XDG_STATE_HOME": str(folder / "state"),
        },
        cwd=within,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
