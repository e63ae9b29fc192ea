"""Systems of Debian releases, made by debootstrap. Programs run inside of them in namespaces."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_MIRROR = os.environ.get("DEBIAN_MIRROR", "http://deb.debian.org/debian")
# Mounts are in a namespace of the command, so they end with it, as all its processes do.
_INSIDE = """
root=$1; shift
if [ -n "$overlay" ]; then mount -t overlay -o "$overlay" overlay "$root"
else mount --bind "$root" "$root"; fi
mount -t proc proc "$root/proc"
mount -t devpts -o ptmxmode=666 devpts "$root/dev/pts"
ln -sf pts/ptmx "$root/dev/ptmx"
[ -n "$network" ] || ip link set lo up
exec chroot "$root" "$@"
"""
_PROXIES = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
_ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LC_ALL": "C.UTF-8",
    "DEBIAN_FRONTEND": "noninteractive",
}


@dataclass(frozen=True)
class Root:
    """A system.

    Attributes:
        files: the folder with its files, or with those that were changed.
        below: the folder with the other files, which stay as they are.

    """

    files: Path
    below: Path | None = None

    def run(self, *command: str, network: bool = False, code: int = 0) -> str:
        """Run a command inside of it, as root; return the output, or exit with it.

        Another exit code than ``code`` is an error.
        Without ``network``, it has a loopback of its own and nothing else.
        """
        namespaces = ["--mount", "--propagation=private", "--pid", "--fork", "--kill-child"]
        namespaces += [] if network else ["--net"]
        variables = {"network": "yes" if network else "", "overlay": self._overlay()}
        done = subprocess.run(
            ["unshare", *namespaces, "sh", "-ec", _INSIDE, "sh", str(self._mounted), *command],
            env={**_ENVIRONMENT, **_PROXIES, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if done.returncode != code:
            raise SystemExit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}")
        return done.stdout

    def install(self, *packages: str) -> None:
        """Install packages by apt-get, without those that are only recommended."""
        options = ("--quiet=2", "--yes", "--no-install-recommends")
        self.run("apt-get", "install", *options, *packages, network=True)

    def put(self, content: bytes, path: str) -> None:
        """Write a file."""
        file = self.files / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    @property
    def _mounted(self) -> Path:
        return self.files.with_name("mounted") if self.below else self.files

    def _overlay(self) -> str:
        if self.below is None:
            return ""
        work = self.files.with_name("work")
        return f"lowerdir={self.below},upperdir={self.files},workdir={work}"


def extended(release: str, name: str, packages: Iterable[str], parent: Path) -> Root:
    """The system with more packages; it is made once, and kept below ``parent``."""
    folder = parent / f"{release}-{name}"
    if not folder.exists():
        new = folder.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        subprocess.run(["cp", "-a", str(pristine(release, parent).files), str(new)], check=True)
        Root(new).install(*packages)
        new.rename(folder)
    return Root(folder)


def pristine(release: str, parent: Path) -> Root:
    """The smallest system with apt; it is made once, and kept below ``parent``."""
    folder = parent / release
    if not folder.exists():
        new = folder.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        command = ["debootstrap", "--variant=minbase", release, str(new), _MIRROR]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        # Packages start no services.
        policy = new / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        Root(new).run("apt-get", "update", "--quiet=2", network=True)
        new.rename(folder)
    return Root(folder)


@contextmanager
def changeable(root: Root) -> Iterator[Root]:
    """The same system, but what is changed is forgotten at the end."""
    folder = Path(tempfile.mkdtemp(prefix="changes-", dir=root.files.parent))
    for name in ("files", "work", "mounted"):
        (folder / name).mkdir()
    try:
        yield Root(folder / "files", below=root.files)
    finally:
        shutil.rmtree(folder)
