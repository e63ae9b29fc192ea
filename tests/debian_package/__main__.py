"""``python -m tests.debian_package FOLDER [RELEASE]``: makes the package for one or both releases.

The systems of the releases are kept in FOLDER, and the packages in ``dist``.
"""

import hashlib
import sys
import tempfile
from pathlib import Path

from tests.debian_package.building import build, building, lintian
from tests.debian_package.installed import install_and_remove, run_autopkgtest
from tests.debian_systems import changeable, pristine
from tests.project import ROOT

RELEASES = ("bookworm", "trixie")


def main(arguments: list[str]) -> None:
    """Build, test, and print."""
    parent = Path(arguments[0]).absolute()
    for release in RELEASES if arguments[1:] in ([], ["both"]) else arguments[1:]:
        _say(f"== {release}")
        with tempfile.TemporaryDirectory() as wheels:
            name, package = build(building(release, parent), Path(wheels))
        _say(lintian(building(release, parent), package))
        with changeable(pristine(release, parent)) as root:
            _say(install_and_remove(root, package))
        with changeable(pristine(release, parent)) as root:
            _say(run_autopkgtest(root, package))
        file = ROOT / "dist" / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(package)
        _say(f"{hashlib.sha256(package).hexdigest()}  dist/{name}")


def _say(text: str) -> None:
    sys.stdout.write(text.rstrip() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
