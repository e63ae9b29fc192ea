"""Where a configuration begins: its main file, server root, environment and built-in modules."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

from apachestaple.httpd.envvars import read_envvars
from apachestaple.httpd.modules import BUILT_IN, DEBIAN_BUILT_IN, built_in_modules
from apachestaple.httpd.paths import Paths
from apachestaple.httpd.reader import Start

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from apachestaple.httpd.conditions import Version

# The newest httpd whose behaviour was measured.
NEWEST: Version = (2, 4, 71)

_BINARIES = ("apache2", "httpd", "httpd2")

# Main files by where distributions keep them, from the server's root folder on.
_STANDARD_PLACES = (
    "etc/apache2/apache2.conf",  # Debian, Ubuntu
    "etc/httpd/conf/httpd.conf",  # RHEL, Fedora, Arch
    "etc/apache2/httpd.conf",  # SUSE, Alpine
    "usr/local/etc/apache24/httpd.conf",  # FreeBSD
    "usr/local/apache2/conf/httpd.conf",  # a source build
    "opt/lampp/etc/httpd.conf",  # XAMPP
)
# The same from a folder on that holds one of them.
_IN_FOLDER = ("apache2.conf", "httpd.conf", "conf/httpd.conf", "etc/httpd.conf", *_STANDARD_PLACES)
_MAIN_NAMES = frozenset({"apache2.conf", "httpd.conf"})

# How far below a folder a main file is looked for, and where it is not.
_SEARCH_DEPTH = 5
_NOT_SEARCHED = frozenset({"node_modules", "__pycache__"})


class LayoutError(Exception):
    """Nothing can be read; the text says why, and what to give instead."""


@dataclass(frozen=True)
class Options:
    """What the command line says about the surroundings.

    Attributes:
        root: folder that stands for the server's ``/``, or ``""``.
        maps: pairs of a path prefix on the server and the folder that holds it here.
        defines: names that ``-D`` defines, with their values.
        version: of httpd; ``None`` for the installed one, or else the newest.

    """

    root: str = ""
    maps: tuple[tuple[str, str], ...] = ()
    defines: Mapping[str, str | None] = field(default_factory=dict)
    version: Version | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """The httpd that is installed here."""

    binary: str
    server_root: str
    main_file: str
    version: Version

    def built_in(self) -> frozenset[str]:
        """Modules that are compiled in, as ``httpd -l`` lists them."""
        return built_in_modules(_output(self.binary, "-l"))


def locate(path: str | None, options: Options) -> Start:
    """Where to start reading for ``path``: a main file, a folder, a fragment, or this machine.

    Raises:
        LayoutError: there is nothing to read.

    """
    main = _main_file(path, options)
    whole = path is None or os.path.isdir(path) or _is_main(main)
    start = Start(
        main_file=main,
        server_root=_server_root(main),
        paths=Paths(os.path.abspath(options.root) if options.root else "", options.maps),
        version=lambda: options.version or _installed_version(),
        defines=options.defines,
        whole=whole,
    )
    if not whole:
        # What the machine's httpd is like decides nothing here, and asking it takes 15 ms.
        return replace(start, environment=os.environ)
    machine = installed()
    is_installed = (
        machine is not None
        and not options.root
        and os.path.realpath(main) == os.path.realpath(machine.main_file)
    )
    if not is_installed and not options.root and not options.maps:
        start = replace(start, paths=Paths(_implied_root(main)))
    return replace(
        start,
        environment=_environment(main),
        built_in=_built_in(main, machine),
        installed=is_installed,
    )


def _installed_version() -> Version:
    machine = installed()
    return machine.version if machine else NEWEST


@cache
def installed() -> Machine | None:
    """The httpd of this machine, asked for its version and places, or ``None``."""
    folders = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
    for name in _BINARIES:
        binary = shutil.which(name, path=folders)
        if binary is None:
            continue
        listing = _output(binary, "-V")
        version = re.search(r"Apache/(\d+)\.(\d+)\.(\d+)", listing)
        root = re.search(r'-D HTTPD_ROOT="([^"]*)"', listing)
        main = re.search(r'-D SERVER_CONFIG_FILE="([^"]*)"', listing)
        if version and root and main:
            numbers = (int(version[1]), int(version[2]), int(version[3]))
            return Machine(binary, root[1], os.path.join(root[1], main[1]), numbers)
    return None


def _output(binary: str, option: str) -> str:
    # These options print and exit before any configuration is read.
    command = [binary, option]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=10, text=True)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


def _main_file(path: str | None, options: Options) -> str:
    if path is None:
        return _own_main_file(options)
    if not os.path.exists(path):
        below_root = os.path.join(options.root, path.lstrip("/"))
        if options.root and os.path.exists(below_root):
            return _main_file(below_root, options)
        reason = "is a link to nothing" if os.path.islink(path) else "does not exist"
        raise LayoutError(f"{path}: {reason}; give a main file, its folder or a fragment")
    if not os.path.isdir(path):
        return os.path.abspath(path)
    return os.path.abspath(_main_in_folder(path))


def _own_main_file(options: Options) -> str:
    if options.root:
        return os.path.abspath(_main_in_folder(options.root))
    machine = installed()
    if machine is None:
        raise LayoutError("there is no httpd on this machine; give the PATH of a configuration")
    if not os.path.exists(machine.main_file):
        raise LayoutError(
            f"{machine.main_file}: this machine's httpd has no main file there; give its PATH"
        )
    return machine.main_file


def _main_in_folder(folder: str) -> str:
    for place in _IN_FOLDER:
        candidate = os.path.join(folder, place)
        if os.path.isfile(candidate):
            return candidate
    found = list(_mains_below(folder))
    if len(found) == 1:
        return found[0]
    if not found:
        raise LayoutError(
            f"{folder}: no apache2.conf or httpd.conf in it; give the main file or a fragment"
        )
    listed = ", ".join(sorted(found))
    raise LayoutError(f"{folder}: several main files in it; give one of {listed}")


def _mains_below(folder: str) -> Iterator[str]:
    """Main files below a folder; none is looked for below a folder that has one."""
    depth = folder.rstrip("/").count("/")
    for here, folders, files in os.walk(folder):
        mains = sorted(_MAIN_NAMES & set(files))
        if mains:
            yield os.path.join(here, mains[0])
        deepest = here.rstrip("/").count("/") - depth >= _SEARCH_DEPTH
        if mains or deepest:
            folders.clear()
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in _NOT_SEARCHED)


def _is_main(path: str) -> bool:
    """Whether a file is a main file: by its name, or because it sets the server root."""
    if os.path.basename(path) in _MAIN_NAMES:
        return True
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return (
                re.search(r"^\s*ServerRoot\s", file.read(), re.MULTILINE | re.IGNORECASE)
                is not None
            )
    except OSError:
        return True


def _server_root(main: str) -> str:
    """The folder that a main file's place implies: that of conf/httpd.conf is one above."""
    folder = os.path.dirname(main)
    if os.path.basename(folder) == "conf":
        return os.path.dirname(folder)
    return folder


def _implied_root(main: str) -> str:
    """The folder that holds a copy of a server's files, where the main file's path shows it."""
    for place in _STANDARD_PLACES:
        if main.endswith("/" + place):
            return main.removesuffix("/" + place)
    return ""


def _is_debian(main: str) -> bool:
    return os.path.basename(main) == "apache2.conf"


def _environment(main: str) -> Mapping[str, str]:
    """The variables that the configuration sees: this process's, and on Debian those of envvars."""
    if not _is_debian(main):
        return os.environ
    envvars = os.path.join(os.path.dirname(main), "envvars")
    return read_envvars(envvars, os.environ)


def _built_in(main: str, machine: Machine | None) -> frozenset[str]:
    """What the installed binary says, else what is usual in the distribution."""
    if machine is not None:
        return machine.built_in()
    return DEBIAN_BUILT_IN if _is_debian(main) else BUILT_IN
