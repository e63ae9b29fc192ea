"""Where a configuration begins: its main file, server root, environment and built-in modules."""

from __future__ import annotations

import glob
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

from apachestaple.ending import at_end
from apachestaple.errors import ApachestapleError
from apachestaple.httpd.configuration import server_root_relative
from apachestaple.httpd.distributions import DEBIAN, DISTRIBUTIONS, Recognised, recognise
from apachestaple.httpd.envvars import read_envvars
from apachestaple.httpd.modules import BUILT_IN, built_in_modules
from apachestaple.httpd.paths import Paths, content, is_inside
from apachestaple.httpd.reader import Start

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from apachestaple.httpd.conditions import Version

# The newest httpd whose behaviour was measured.
NEWEST: Version = (2, 4, 71)

_BINARIES = ("apache2", "httpd", "httpd2")

# Main files as seen from a folder that is theirs, the one above that, or a server's root folder.
_IN_FOLDER = ("apache2.conf", "httpd.conf", "conf/httpd.conf", "etc/httpd.conf")
_MAIN_NAMES = frozenset({"apache2.conf", "httpd.conf"})

# What stands beside a main file and shows that the folder around it was copied with it.
_COPIED_WITH_IT = (
    *("conf-enabled", "mods-enabled", "sites-enabled", "conf.d", "conf.modules.d", "extra"),
    *("Includes", "modules.d", "sysconfig.d", "vhosts.d", "../conf.d", "../conf.modules.d"),
)

# How far below a folder a main file is looked for, and where it is not.
_SEARCH_DEPTH = 8
_NOT_SEARCHED = frozenset({"node_modules", "__pycache__"})


class LayoutError(ApachestapleError):
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
    built_in: frozenset[str]


def locate(path: str | None, options: Options) -> Start:
    """Where to start reading for ``path``: a main file, a folder, a fragment, or this machine.

    Raises:
        LayoutError: there is nothing to read.

    """
    ask_ahead(path)
    main = _main_file(path, options)
    text = _telling_lines(main)
    whole = path is None or os.path.isdir(path) or _is_main(main, text)
    if not whole:
        # What the machine's httpd is like decides nothing here, and asking it takes 15 ms.
        return Start(
            main_file=main,
            server_root=_folder_above_conf(main),
            paths=Paths(os.path.abspath(options.root) if options.root else "", options.maps),
            version=lambda: options.version or _installed_version(),
            defines=options.defines,
            environment=os.environ,
            whole=False,
        )
    machine = installed()
    is_installed = (
        machine is not None
        and not options.root
        and os.path.realpath(main) == os.path.realpath(machine.main_file)
    )
    place = _place(main, text, options, is_installed=is_installed)
    environment, defines = _surroundings(main, place)
    return Start(
        main_file=main,
        server_root=place.server_root,
        paths=place.paths,
        version=lambda: options.version or _installed_version(),
        defines={**defines, **options.defines},
        environment=environment,
        built_in=_built_in(text, place.recognised, machine, is_installed=is_installed),
        installed=is_installed,
    )


def _installed_version() -> Version:
    machine = installed()
    return machine.version if machine else NEWEST


def ask_ahead(path: str | None) -> None:
    """Begin to ask this machine's httpd where `locate` will want to know of it.

    It takes 15 ms to answer, in which there is other work.
    """
    if path is None or os.path.isdir(path) or os.path.basename(path) in _MAIN_NAMES:
        for binary in _binaries():
            _asked(binary)
            return


@cache
def installed() -> Machine | None:
    """The httpd of this machine, asked for its version and places, or ``None``."""
    for binary in _binaries():
        listing, modules = _answers(_asked(binary))
        version = re.search(r"Apache/(\d+)\.(\d+)\.(\d+)", listing)
        root = re.search(r'-D HTTPD_ROOT="([^"]*)"', listing)
        main = re.search(r'-D SERVER_CONFIG_FILE="([^"]*)"', listing)
        if version and root and main:
            numbers = (int(version[1]), int(version[2]), int(version[3]))
            main_file = os.path.join(root[1], main[1])
            return Machine(binary, root[1], main_file, numbers, built_in_modules(modules))
    return None


def _binaries() -> Iterator[str]:
    folders = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
    return filter(None, (shutil.which(name, path=folders) for name in _BINARIES))


@cache
def _asked(binary: str) -> list[subprocess.Popen[bytes]]:
    """The binary, run with options that print and exit before any configuration is read."""
    asked = [
        subprocess.Popen([binary, option], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for option in ("-V", "-l")
    ]
    at_end(lambda: _end(asked))
    return asked


def _end(asked: list[subprocess.Popen[bytes]]) -> None:
    """End what nobody has waited for."""
    if all(process.poll() is not None for process in asked):
        return
    _asked.cache_clear()
    for process in asked:
        with process:
            process.kill()


def _answers(asked: list[subprocess.Popen[bytes]]) -> list[str]:
    outputs = []
    for process in asked:
        with process:
            try:
                output, _ = process.communicate(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                output = b""
            outputs.append(output.decode("utf-8", "replace"))
    return outputs


def _main_file(path: str | None, options: Options) -> str:
    if path is None:
        return _own_main_file(options)
    if options.root and not is_inside(os.path.abspath(path), os.path.abspath(options.root)):
        below_root = os.path.join(options.root, path.lstrip("/"))
        meant = path.startswith("/") or not os.path.exists(path)
        if meant and os.path.exists(below_root):
            return _main_file(below_root, options)
    if not os.path.exists(path):
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
    for name in _IN_FOLDER:
        candidate = os.path.join(folder, name)
        if os.path.isfile(candidate):
            return candidate
    found = _mains_of_root(folder) or list(_mains_below(folder))
    if len(found) == 1:
        return found[0]
    if not found:
        raise LayoutError(
            f"{folder}: no apache2.conf or httpd.conf in it; give the main file or a fragment"
        )
    listed = ", ".join(sorted(found))
    raise LayoutError(f"{folder}: several main files in it; give one of {listed}")


def _mains_of_root(folder: str) -> list[str]:
    """Main files at their distribution's place below a server's root folder, one of a folder."""
    found: dict[str, str] = {}
    instances = glob.glob("etc/apache2-*/apache2.conf", root_dir=folder)
    for place in (*(each.main_file[1:] for each in DISTRIBUTIONS), *sorted(instances)):
        candidate = os.path.join(folder, place)
        if os.path.isfile(candidate):
            found.setdefault(os.path.realpath(os.path.dirname(candidate)), candidate)
    return list(found.values())


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


def _telling_lines(main: str) -> str:
    """The lines of a file that tell whose it is; ``""`` where it cannot be read.

    They are looked for by their words, since a main file may have a hundred thousand lines.
    """
    try:
        text = content(main)
    except OSError:
        return ""
    lowered = text.lower()
    found: dict[int, bytes] = {}
    for name in (b"serverroot", b"define", b"loadmodule", b"include"):
        position = lowered.find(name)
        while position >= 0:
            start = lowered.rfind(b"\n", 0, position) + 1
            end = lowered.find(b"\n", position)
            end = len(text) if end < 0 else end
            if not lowered[start:position].strip():
                found[start] = text[start:end]
            position = lowered.find(name, end)
    lines = (found[start] for start in sorted(found))
    return b"\n".join(lines).decode("utf-8", "surrogateescape")


_SERVER_ROOT = re.compile(r"^[ \t]*ServerRoot[ \t]+(.*\S)", re.MULTILINE | re.IGNORECASE)
_DEFINE = re.compile(r"^[ \t]*Define[ \t]+(\w+)[ \t]+[\"']?([^\"'\s]+)", re.MULTILINE)


def _is_main(path: str, text: str) -> bool:
    """Whether a file is a main file: by its name, or because it sets the server root."""
    return os.path.basename(path) in _MAIN_NAMES or _SERVER_ROOT.search(text) is not None


def _folder_above_conf(main: str) -> str:
    """The folder that a main file's place implies: that of conf/httpd.conf is one above."""
    folder = os.path.dirname(main)
    if os.path.basename(folder) == "conf":
        return os.path.dirname(folder)
    return folder


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a main file stands on its server, and its server's files here.

    ``own`` is whether the server's files are those of this machine.
    """

    recognised: Recognised
    server_root: str
    paths: Paths
    own: bool

    def copied(self, path: str) -> str | None:
        """The path here of a server's file; ``None`` if only this machine's own could be meant."""
        here = self.paths.real(path)
        return here if self.own or here != path else None


def _place(main: str, text: str, options: Options, *, is_installed: bool) -> _Place:
    """Work out what the path of a main file, its text and the options say of its server."""
    recognised = recognise(main, text)
    stated = _stated_server_root(text, options)
    root = recognised.root
    if root is None and stated.count("/") > 1 and f"{stated}/" in main:
        root = main[: main.rindex(f"{stated}/")]
    maps: tuple[tuple[str, str], ...] = ()
    if options.root:
        root = os.path.abspath(options.root)
        if not is_inside(main, root):
            maps = _maps(main, stated, recognised)
    elif is_installed:
        root = ""
    elif root is None:
        maps = _maps(main, stated, recognised)
    elif recognised.folder.startswith("/private/") and not os.path.exists(root + "/private"):
        maps = (("/private/etc", root + "/etc"),)
    paths = Paths(root or "", (*options.maps, *maps))
    compiled_in = recognised.distribution.server_root if recognised.distribution else ""
    if recognised.distribution is DEBIAN:
        # Another instance is started with -d.
        compiled_in = recognised.folder
    server_root = paths.real(stated or compiled_in) if stated or compiled_in else ""
    place = _Place(recognised, server_root or _folder_above_conf(main), paths, own=root == "")
    return _with_replaced(place, options)


def _stated_server_root(text: str, options: Options) -> str:
    """The first ServerRoot of a main file, or ``""``."""
    found = _SERVER_ROOT.search(text)
    if found is None:
        return ""
    written = found[1]
    for quote in ('"', "'"):
        if written.startswith(quote):
            written = written[1:].partition(quote)[0]
    defined = dict(_DEFINE.findall(text))
    values = {**defined, **options.defines}
    written = re.sub(r"\$\{(\w+)\}", lambda use: values.get(use[1]) or use[0], written)
    return server_root_relative("/", written) if written.startswith("/") else ""


def _maps(main: str, stated: str, recognised: Recognised) -> tuple[tuple[str, str], ...]:
    """Where the server's paths are here, for the copy of a part of its folders."""
    here = os.path.dirname(main)
    folder = recognised.folder
    if not folder:
        above = _folder_above_conf(main)
        return ((stated, above),) if stated and _is_copy(stated, above) else ()
    if not _is_copy(folder, here):
        return ()
    if recognised.distribution is DEBIAN and folder != DEBIAN.folder:
        return ((folder, here), (DEBIAN.folder, here))
    if not stated or stated == folder or not is_inside(folder, stated):
        return ((folder, here),)
    below = folder.removeprefix(stated)
    if here.endswith(below):
        return ((stated, here.removesuffix(below)),)
    if below != "/conf":
        return ((folder, here),)
    # The files of conf/ stand next to its neighbours, or alone.
    beside = () if os.path.exists(here + below) else ((here + below, here),)
    return (*beside, (folder, here), (stated, here))


def _is_copy(folder: str, here: str) -> bool:
    """Whether ``here`` is a copy of the server's ``folder``, and not a file that uses that."""
    if os.path.realpath(here).startswith(os.path.realpath(folder)):
        return False
    return (
        not os.path.isdir(folder)
        or os.path.basename(folder) == os.path.basename(here)
        or any(os.path.exists(os.path.join(here, name)) for name in _COPIED_WITH_IT)
    )


def _with_replaced(place: _Place, options: Options) -> _Place:
    """Read what the distribution's start script has httpd read, where it is there."""
    distribution = place.recognised.distribution
    if distribution is None:
        return place
    pairs = [(path, place.copied(by)) for path, by in distribution.replaced.items()]
    maps = [(path, here) for path, here in pairs if here is not None and os.path.isfile(here)]
    added = place.paths.maps[len(options.maps) :]
    paths = replace(place.paths, maps=(*options.maps, *maps, *added))
    return replace(place, paths=paths)


def _surroundings(main: str, place: _Place) -> tuple[Mapping[str, str], dict[str, str | None]]:
    """The variables and the ``-D``s with which httpd is started.

    The variables are this process's, and on Debian and FreeBSD those of envvars.
    """
    folder = os.path.dirname(main)
    distribution = place.recognised.distribution
    environment: Mapping[str, str] = os.environ
    words: list[str] = []
    if distribution is DEBIAN:
        if place.recognised.folder != DEBIAN.folder:
            environment = {**environment, "APACHE_CONFDIR": place.recognised.folder}
        environment = read_envvars(os.path.join(folder, "envvars"), environment)
        words = environment.get("APACHE_ARGUMENTS", "").split()
    for path in sorted(glob.glob(os.path.join(glob.escape(folder), "envvars.d", "*.env"))):
        environment = read_envvars(path, environment)
    if distribution is None:
        return environment, {}
    if distribution.options:
        path, variable = distribution.options
        words = read_envvars(place.copied(path) or "", {}).get(variable, "").split()
    defines: dict[str, str | None] = dict.fromkeys(distribution.defines)
    for before, word in zip(["", *words], words, strict=False):
        if before == "-D" or (distribution.bare_options and not word.startswith("-")):
            defines[word] = None
        elif word.startswith("-D") and word != "-D":
            defines[word[2:]] = None
    return environment, defines


def _built_in(
    text: str, recognised: Recognised, machine: Machine | None, *, is_installed: bool
) -> frozenset[str]:
    """Modules compiled in: what the installed binary says, or what is usual in a distribution.

    The binary is asked about its own distribution's configurations, and about those of which
    nothing tells whose they are. A module that the main file loads is not compiled in.
    """
    distribution = recognised.distribution
    if machine is not None and (
        is_installed
        or distribution is None
        or (machine.main_file, machine.server_root)
        == (distribution.main_file, distribution.server_root)
    ):
        built_in = machine.built_in
    elif distribution is None:
        built_in = BUILT_IN
    else:
        built_in = distribution.built_in
        if distribution.mpm and not re.search(r"^\s*LoadModule\s+mpm_", text, re.MULTILINE):
            built_in = built_in | {distribution.mpm}
    if is_installed:
        return built_in
    return built_in - set(re.findall(r"^\s*LoadModule\s+(\S+)", text, re.MULTILINE))
