"""Builds the package, without network, and runs lintian."""

import os
import shutil
import sys
from pathlib import Path

from tests.debian_package.roots import Root, changeable
from tests.debian_package.wheels import download
from tests.project import copy_project

# 2001-02-03, in seconds since 1970.
_TIME = 981_158_400


def build(root: Root, wheels: Path) -> tuple[str, bytes]:
    """Build the package twice; return its file name and its content.

    The builds differ in folder, times and permissions of files, but not in the result.
    """
    download(root, wheels)
    packages = set()
    for place, umask in (("build", 0o022), ("srv/other/place", 0o077)):
        with changeable(root) as copy:
            packages.add(_built(copy, wheels, place, umask))
    if len(packages) != 1:
        raise SystemExit("The two builds differ.")
    return packages.pop()


def _built(root: Root, wheels: Path, place: str, umask: int) -> tuple[str, bytes]:
    source = root.files / place / "apachestaple"
    copy_project(source)
    shutil.copytree(wheels, source / "debian/wheels")
    for path in source.rglob("*"):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & ~umask)
            os.utime(path, (_TIME + umask, _TIME + umask))
    build = f"umask {umask:03o}; cd /{place}/apachestaple; dpkg-buildpackage --build=binary"
    root.run("sh", "-ec", build)
    (package,) = source.parent.glob("*.deb")
    shown = ("--allow-root", "--show-overrides", "--tag-display-limit=0")
    command = ["lintian", "--fail-on=error,warning", *shown, f"/{place}/{package.name}"]
    sys.stdout.write(root.run(*command))
    return package.name, package.read_bytes()
