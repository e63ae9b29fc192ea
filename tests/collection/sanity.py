"""``make ansible-sanity``: runs ``ansible-test sanity`` and ansible-lint on the collection.

ansible-test needs the collection in a folder ``ansible_collections/apachestaple/httpd``. For each
test, it makes an environment with pinned packages, which is kept in the environment of this Python.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

from tests.collection.playbook import BIN, copy_collection, run_ansible

# The tests that need no packages.
PLAIN = (
    "action-plugin-docs",
    "compile",
    "empty-init",
    "ignores",
    "line-endings",
    "no-assert",
    "no-get-exception",
    "no-illegal-filenames",
    "no-smart-quotes",
    "replace-urlopen",
    "shebang",
    "symlinks",
    "use-argspec-type-path",
    "use-compat-six",
)


def sanity(folder: Path, home: Path, *options: str) -> int:
    """Copy the collection into the folder and run ansible-test; returns its exit code."""
    collection = copy_collection(folder)
    _prepare_pip(home)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    done = subprocess.run(
        [BIN / "ansible-test", "sanity", "--local", "--python", version, "--color=no", *options],
        cwd=collection,
        env={"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(home), "LC_ALL": "C.UTF-8"},
        check=False,
    )
    return done.returncode


def _prepare_pip(home: Path) -> None:
    """Let ansible-test install pip from Python's own copy, instead of downloading a script."""
    source = files("ansible_test").joinpath("_internal/python_requirements.py").read_text("utf-8")
    for version in re.findall(r"pip='([\d.]+)'", source):
        script = home / f".ansible/test/cache/get_pip_{version.replace('.', '_')}.py"
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text("import ensurepip\nensurepip.bootstrap()\n")


def main() -> int:
    """Run both, ansible-test with the arguments of the command line; returns the exit code."""
    with tempfile.TemporaryDirectory() as temporary:
        code = sanity(
            Path(temporary, "collections"), Path(sys.prefix, "ansible-test"), *sys.argv[1:]
        )
        linted = run_ansible(
            Path(temporary),
            "ansible-lint",
            "--offline",
            "--profile=production",
            within=Path(temporary, "collections/ansible_collections/apachestaple/httpd"),
        )
    print(linted.stdout, linted.stderr, sep="")  # noqa: T201
    return code or linted.returncode


if __name__ == "__main__":
    sys.exit(main())
