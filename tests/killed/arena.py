"""A configuration whose repair changes several files, and what may be left of it."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.killed.strace import Ended
from tests.lab.server import MODULES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_MODULES = ("mpm_event", "authz_core", "ssl", "socache_shmcb")
# Each file sets the cache. httpd uses the last one, and does not start with this size. The main
# file has the same size, because fix keeps a usable cache of the main file, and then changes only
# three files.
_CACHE = "<VirtualHost *:443>\n    ServerName {}\n</VirtualHost>\nSSLStaplingCache shmcb:{}({})\n"

Look = dict[str, tuple[int, int, int, bytes]]


class Arena:
    """A tree, its state folder, and copies of both to start from.

    SSLStaplingCache is set in four files, and the repair changes all of them. httpd -t passes
    before and after it.
    """

    def __init__(self, folder: Path) -> None:
        self.tree = folder / "tree"
        self.state = folder / "state"
        self.log = folder / "strace"
        self._kept = folder / "kept"
        self.environment = {
            **os.environ,
            "XDG_STATE_HOME": str(self.state),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
            "NO_COLOR": "1",
        }
        _write_tree(self.tree)
        self.state.mkdir()

    def command(self, *options: str) -> list[str]:
        """``apachestaple fix`` with the real httpd's test, or its undoing."""
        paths = [] if "--undo" in options or "--recover" in options else [str(self.tree)]
        test = [] if "--recover" in options else ["--configtest", "always"]
        return [sys.executable, "-m", "apachestaple", "fix", *options, *test, *paths]

    def run(self, *options: str) -> Ended:
        """Run it to its end."""
        done = subprocess.run(
            self.command(*options),
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            text=True,
        )
        return Ended(done.returncode, done.stdout)

    def keep(self, name: str) -> None:
        """Keep tree and state as they are now."""
        for folder in (self.tree, self.state):
            shutil.copytree(folder, self._kept / name / folder.name, symlinks=True)
        # copytree keeps modes, and no owners.
        _copy_owners(self.tree, self._kept / name / "tree")

    def go_back(self, name: str) -> None:
        """Have them as they were kept."""
        for folder in (self.tree, self.state):
            shutil.rmtree(folder)
            shutil.copytree(self._kept / name / folder.name, folder, symlinks=True)
        _copy_owners(self._kept / name / "tree", self.tree)

    def look(self) -> Look:
        """Every file and link of the tree: mode, owner, extended attribute and content."""
        found: Look = {}
        for here, _, names in os.walk(self.tree):
            for name in names:
                path = os.path.join(here, name)
                status = os.lstat(path)
                if stat.S_ISLNK(status.st_mode):
                    content = os.fsencode(os.readlink(path))
                else:
                    with open(path, "rb") as file:
                        content = file.read() + _note(path)
                found[path] = (status.st_mode, status.st_uid, status.st_gid, content)
        return found

    @property
    def has_journal(self) -> bool:
        return (self.state / "apachestaple" / "journal" / "journal.json").exists()

    @property
    def backups(self) -> list[str]:
        folder = self.state / "apachestaple" / "backups"
        return sorted(os.listdir(folder)) if folder.exists() else []


# Makes, or finds made, what no repair of the arena's tree asks for; the rest is what fix does.
_MAKE = """
import os, sys
from apachestaple.cli.recover import recover_first
from apachestaple.fix.transaction.state import only_one_fix
from apachestaple.fix.transaction.write import NewText, written

def now(path):
    if os.path.islink(path):
        return os.readlink(path)
    return open(path, newline="").read() if os.path.exists(path) else None

recover_first()
tree = sys.argv[1]
plain, plain_link = f"{tree}/sites-available/plain.conf", f"{tree}/sites-enabled/plain.conf"
wanted = [
    (plain, None, False),
    (plain_link, None, True),
    (f"{tree}/sites-available/made.conf", "# made\\n", False),
    (f"{tree}/sites-enabled/made.conf", "../sites-available/made.conf", True),
]
files = [NewText(path, now(path), new, link) for path, new, link in wanted if now(path) != new]
if files:
    with only_one_fix(), written(files, [f"{tree}/httpd.conf"], kept=True):
        pass
"""


class MakingArena(Arena):
    """The same, where a file and a link are made, and a file and a link are taken away."""

    def command(self, *options: str) -> list[str]:
        if options:
            return super().command(*options)
        return [sys.executable, "-c", _MAKE, str(self.tree)]


def is_mixture(look: Look, old: Look, new: Look) -> bool:
    """Whether some files are old and some are new.

    Raises:
        AssertionError: one is neither.

    """
    for path in old.keys() | new.keys():
        assert look.get(path) in (old.get(path), new.get(path)), path
    known: Mapping[str, object] = {path: look.get(path) for path in old.keys() | new.keys()}
    return known not in (
        {path: old.get(path) for path in known},
        {path: new.get(path) for path in known},
    )


def _write_tree(tree: Path) -> None:
    available, enabled = tree / "sites-available", tree / "sites-enabled"
    available.mkdir(parents=True)
    enabled.mkdir()
    loaded = "".join(f"LoadModule {n}_module {MODULES}/mod_{n}.so\n" for n in _MODULES)
    (tree / "httpd.conf").write_text(
        f"ServerRoot {tree}\nServerName x\nListen 127.0.0.1:1\nErrorLog error\nPidFile pid\n"
        f"{loaded}SSLStaplingCache shmcb:main(12345)\nInclude sites-enabled/*.conf\n"
    )
    plain, private, windows = (
        _CACHE.format(name, name, 12345) for name in ("plain", "private", "windows")
    )
    texts = {
        "plain": plain,
        "private": f"{private}# \udcff, and no line ending",
        "windows": windows.replace("\n", "\r\n"),
    }
    for name, text in texts.items():
        path = available / f"{name}.conf"
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        (enabled / f"{name}.conf").symlink_to(f"../sites-available/{name}.conf")
    path = available / "private.conf"
    path.chmod(0o640)
    os.setxattr(path, "user.note", b"kept")
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)


def _note(path: str) -> bytes:
    return b"".join(os.getxattr(path, name) for name in sorted(os.listxattr(path)))


def _copy_owners(source: Path, target: Path) -> None:
    for path in target.rglob("*"):
        status = os.lstat(source / path.relative_to(target))
        os.chown(path, status.st_uid, status.st_gid, follow_symlinks=False)
