"""The wheels that are built into the package, downloaded by their digests."""

import subprocess
import sys
from pathlib import Path

from tests.debian_systems import Root
from tests.project import ROOT

# Each Python that a release may have finds what it needs among these. pip does not know which of
# them a system accepts.
_GLIBC = ("manylinux_2_34", "manylinux_2_28", "manylinux_2_17", "manylinux2014")
_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


def download(root: Root, to: Path) -> None:
    """Download the wheels for the Python of a system, with the pip of this environment."""
    # For example "Python 3.13.5".
    version = root.run("python3", "--version").split()[1].rpartition(".")[0]
    machine = _MACHINES[root.run("dpkg", "--print-architecture").strip()]
    python = "cp" + version.replace(".", "")
    platforms = [*(f"{name}_{machine}" for name in _GLIBC), "any"]
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
        *("--no-deps", "--only-binary", ":all:", "--require-hashes", "--dest", str(to)),
        *("--python-version", version, "--implementation", "cp"),
        *(part for abi in (python, "abi3", "none") for part in ("--abi", abi)),
        *(part for name in platforms for part in ("--platform", name)),
        *("--requirement", str(ROOT / "debian/requirements.txt")),
        *("--requirement", str(ROOT / "debian/build-requirements.txt")),
    ]
    subprocess.run(command, check=True)
