"""``python -m tests.packages [FOLDER]``: builds the packages and installs them; prints both.

Wheel and sdist are copied to FOLDER if all of this succeeds.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import apachestaple
from tests.project import copy_project

_PROGRAMS = Path(sys.executable).parent
# 2001-02-03, in seconds since 1970.
_OTHER_TIME = 981_158_400


def main() -> None:
    """Build two copies of the working tree, and install the wheel."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = _built(folder / "first", umask=0o022)
        second = _built(folder / "other" / "second", umask=0o077, time=_OTHER_TIME)
        if first != second:
            sys.exit(f"the builds differ: {first}, {second}")
        for file, digest in first.items():
            print(f"{digest}  {file}")  # noqa: T201
        (wheel,) = (folder / "first/dist").glob("*.whl")
        installed = folder / "uv/bin/apachestaple"
        environment = {"UV_TOOL_DIR": str(folder / "uv"), "UV_TOOL_BIN_DIR": str(folder / "uv/bin")}
        _run(["uv", "tool", "install", "--quiet", str(wheel)], folder, environment)
        _check(installed, folder)
        installed = folder / "pipx/bin/apachestaple"
        environment = {
            "PIPX_HOME": str(folder / "pipx"),
            "PIPX_BIN_DIR": str(folder / "pipx/bin"),
            "PIPX_MAN_DIR": str(folder / "pipx/man"),
        }
        _run(["pipx", "install", "--quiet", str(wheel)], folder, environment)
        _check(installed, folder)
        # uv links no manual pages; `man` finds those of pipx in its folder for them.
        manual = {"MANPATH": str(folder / "pipx/man"), "MANWIDTH": "80"}
        if not _run(["man", "apachestaple-fix"], folder, manual).startswith("APACHESTAPLE-FIX(1)"):
            sys.exit("pipx has not linked the manual pages")
        for to in sys.argv[1:]:
            shutil.copytree(folder / "first/dist", to, dirs_exist_ok=True)


def _built(folder: Path, *, umask: int, time: int | None = None) -> dict[str, str]:
    """The digests of wheel and sdist, built in a copy with this umask and these times of files."""
    copy_project(folder)
    for path in folder.rglob("*") if time is not None else ():
        os.utime(path, (time or 0, time or 0), follow_symlinks=False)
    command = ["sh", "-c", f"umask {umask:03o} && exec hatchling build"]
    _run(command, folder, {})
    files = sorted((folder / "dist").iterdir())
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _check(program: Path, folder: Path) -> None:
    """Run the installed program where the project is not."""
    site = folder / "site.conf"
    site.write_text("<VirtualHost *:443>\n    SSLUseStapling \u201con\u201d\n</VirtualHost>\n")
    version = _run([str(program), "--version"], folder, {})
    if not version.startswith(f"apachestaple {apachestaple.__version__}\n"):
        sys.exit(f"{program} is another version: {version}")
    if "AS106" not in _run([str(program), "lint", "--exit-zero", str(site)], folder, {}):
        sys.exit(f"{program} does not lint")
    print(version)  # noqa: T201


def _run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> str:
    path = f"{_PROGRAMS}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**kept, **environment, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{command}: {done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
