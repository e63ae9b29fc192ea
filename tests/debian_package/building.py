"""Builds the package, without network, and runs lintian."""

import os
import re
import shutil
from pathlib import Path

from tests.debian_package.wheels import download
from tests.debian_systems import Root, changeable, extended
from tests.project import copy_project

_PACKAGES = (
    *("build-essential", "debhelper", "dh-python", "lintian"),
    *("python3", "python3-pip", "python3-venv"),
)
# 2001-02-03, in seconds since 1970.
_TIME = 981_158_400


def building(release: str, parent: Path) -> Root:
    """The system that builds packages."""
    return extended(release, "building", _PACKAGES, parent)


def build(root: Root, wheels: Path) -> tuple[str, bytes]:
    """Build the package twice; return its file name and its content.

    The builds differ in folder, times and permissions of files, but not in the result.
    """
    download(root, wheels)
    first = _built(root, wheels, "build", 0o022)
    if first != _built(root, wheels, "srv/other/place", 0o077):
        raise SystemExit("The two builds differ.")
    return first


def lintian(root: Root, package: bytes) -> str:
    """Return lintian's notes and overrides; exit if there is an error or a warning."""
    with changeable(root) as copy:
        copy.put(package, "root/package.deb")
        shown = ("--allow-root", "--show-overrides", "--tag-display-limit=0")
        # With --fail-on, the lintian of bookworm also counts tags that are overridden.
        tags = copy.run("lintian", "--fail-on=none", *shown, "/root/package.deb")
    if re.search(r"^[EW]:", tags, re.MULTILINE):
        raise SystemExit(tags)
    return tags


def _built(root: Root, wheels: Path, place: str, umask: int) -> tuple[str, bytes]:
    with changeable(root) as copy:
        source = copy.files / place / "apachestaple"
        copy_project(source)
        shutil.copytree(wheels, source / "debian/wheels")
        for path in source.rglob("*"):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode & ~umask)
                os.utime(path, (_TIME + umask, _TIME + umask))
        command = f"umask {umask:03o}; cd /{place}/apachestaple; dpkg-buildpackage --build=binary"
        copy.run("sh", "-ec", command)
        (package,) = source.parent.glob("*.deb")
        return package.name, package.read_bytes()
