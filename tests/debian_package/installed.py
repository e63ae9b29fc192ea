"""The package in a fresh system: installed, tested, upgraded, removed."""

import re

from tests.debian_systems import Root
from tests.project import ROOT, copy_project

_OLDER = """
cd /root
dpkg-deb --raw-extract new.deb older
sed --in-place 's/^Version: .*/Version: 0.0.1-1/' older/DEBIAN/control
dpkg-deb --root-owner-group -Znone --build older older.deb
rm -r older
"""
# What apt, dpkg and others record about each installation.
_RECORDS = re.compile(r"/(var/(lib/(apt|dpkg)|cache|log)|root|tmp)/|/etc/ld\.so\.cache$")


def install_and_remove(root: Root, package: bytes) -> str:
    """Upgrade to the package and remove it; return what the program says about its version."""
    root.put(package, "root/new.deb")
    root.run("sh", "-ec", _OLDER)
    # Other packages that it depends on stay when it is removed.
    root.install("libgcc-s1", "python3")
    before = _files(root)
    root.install("/root/older.deb")
    root.install("/root/new.deb")
    root.run("dpkg", "--verify", "apachestaple")
    said = root.run("apachestaple", "--version")
    root.run("apt-get", "remove", "--quiet=2", "--yes", "apachestaple")
    if left := _files(root) - before:
        raise SystemExit(f"After the removal, {len(left)} files are left: {sorted(left)[:20]}")
    return said


def run_autopkgtest(root: Root, package: bytes) -> str:
    """Run debian/tests, without network; return the summary."""
    root.put(package, "root/new.deb")
    copy_project(root.files / "root/source")
    control = (ROOT / "debian/tests/control").read_text()
    needed = {
        name
        for line in re.findall(r"^Depends: @, (.*)", control, re.MULTILINE)
        for name in line.split(", ")
    }
    root.install("autopkgtest", "dpkg-dev", *sorted(needed))
    # Its own network is the isolation from other services.
    options = ("--ignore-restrictions=isolation-container", "--no-built-binaries")
    root.run(
        "autopkgtest",
        *options,
        "--output-dir=/root/results",
        "/root/new.deb",
        "/root/source",
        "--",
        "null",
    )
    return (root.files / "root/results/summary").read_text()


def _files(root: Root) -> set[str]:
    paths = root.run("find", "/", "-xdev").splitlines()
    return {path for path in paths if not _RECORDS.search(path)}
