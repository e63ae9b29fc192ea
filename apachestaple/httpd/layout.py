"""Local paths of a server's files: its server root, and paths in a copy."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.httpd.boundary import is_inside
from apachestaple.httpd.distributions import DEBIAN, Recognised, recognise
from apachestaple.httpd.paths import Paths, content
from apachestaple.httpd.server_root import server_root_relative, windows_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apachestaple.filesystem.globs import PathPattern
    from apachestaple.httpd.conditions import Version

# Names next to a main file that show that the folder was copied with it.
_COPIED_WITH_IT = (
    *("conf-enabled", "mods-enabled", "sites-enabled", "conf.d", "conf.modules.d", "extra"),
    *("Includes", "modules.d", "sysconfig.d", "vhosts.d", "../conf.d", "../conf.modules.d"),
)

_SERVER_ROOT = re.compile(r"^[ \t]*ServerRoot[ \t]+(\S.*)", re.MULTILINE | re.IGNORECASE)
_DEFINE = re.compile(r"^[ \t]*Define[ \t]+(\w+)[ \t]+[\"']?([^\"'\s]+)", re.MULTILINE)


class Options(NamedTuple):
    """Options of the command line about the environment of a configuration.

    Attributes:
        root: folder that stands for the server's ``/``, or ``""``.
        maps: pairs of a path prefix on the server and the local folder for it.
        defines: names defined by ``-D``, with their values.
        version: version of httpd; ``None`` for the installed or newest one.
        texts: texts to read instead of those of files, by real path.
        exclude: files and folders that are left out when a folder is searched.

    """

    root: str = ""
    maps: tuple[tuple[str, str], ...] = ()
    defines: Mapping[str, str | None] = MappingProxyType({})
    version: Version | None = None
    texts: Mapping[str, str] = MappingProxyType({})
    exclude: tuple[PathPattern, ...] = ()

    def text_of(self, path: str) -> str | None:
        """The text to read instead of that of a file, if there is one."""
        return self.texts.get(os.path.realpath(path)) if self.texts else None

    @property
    def made(self) -> dict[str, str]:
        """The files among ``texts`` that are not on the disk yet, as `Paths.made` has them."""
        return {path: path for path in self.texts if not os.path.lexists(path)}


def telling_lines(main: str, given: str | None = None) -> str:
    """The lines of a file that may identify its distribution; ``""`` if it cannot be read.

    ``given`` is the text to read instead of that of the file.

    They are found by searching for words, because a main file may have a hundred thousand lines.
    """
    try:
        text = content(main) if given is None else given.encode("utf-8", "surrogateescape")
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


def sets_server_root(text: str) -> bool:
    """Whether one of the lines of a file is ServerRoot."""
    return _SERVER_ROOT.search(text) is not None


def folder_above_conf(main: str) -> str:
    """The server root that the path of a main file implies: the folder above conf/httpd.conf."""
    folder = os.path.dirname(main)
    if os.path.basename(folder) == "conf":
        return os.path.dirname(folder)
    return folder


class Place(NamedTuple):
    """The place of a main file on its server, and the local place of the server's files.

    ``own`` is whether the server's files are those of this machine, ``in_place`` whether the main
    file stands in the ServerRoot that it names, so that its server could run here.
    """

    recognised: Recognised
    server_root: str
    paths: Paths
    own: bool
    in_place: bool = False

    def copied(self, path: str) -> str | None:
        """The local path of a server's file; ``None`` if only this machine's file can be meant."""
        here = self.paths.real(path)
        return here if self.own or here != path else None


def place_of(
    main: str, text: str, options: Options, *, is_installed: bool, in_checkout: bool
) -> Place:
    """Derive the place from the path and text of the main file and from the options.

    A checkout contains only copies, so paths in it never stand for this machine's folders.
    """
    recognised = recognise(main, text)
    stated = _stated_server_root(text, options)
    root = recognised.root
    if root is None and stated.count("/") > 1 and f"{stated}/" in main:
        root = main[: main.rindex(f"{stated}/")]
    maps: tuple[tuple[str, str], ...] = ()
    if options.root:
        root = os.path.abspath(options.root)
        # The server's paths are then used unchanged.
        root = "" if root == "/" else root
        if root and not is_inside(main, root):
            maps = _maps(main, stated, recognised, in_checkout=in_checkout)
    elif is_installed:
        root = ""
    elif root is None:
        maps = _maps(main, stated, recognised, in_checkout=in_checkout)
    elif recognised.folder.startswith("/private/") and not os.path.exists(root + "/private"):
        maps = (("/private/etc", root + "/etc"),)
    paths = Paths(root or "", (*options.maps, *maps))
    compiled_in = recognised.distribution.server_root if recognised.distribution else ""
    if recognised.distribution is DEBIAN:
        # Another instance is started with -d.
        compiled_in = recognised.folder
    server_root = paths.real(stated or compiled_in) if stated or compiled_in else ""
    in_place = bool(stated) and paths == Paths() and not in_checkout and is_inside(main, stated)
    place = Place(
        recognised,
        server_root or folder_above_conf(main),
        paths,
        own=root == "",
        in_place=in_place,
    )
    return _with_replaced(place, options)


def _stated_server_root(text: str, options: Options) -> str:
    """The first ServerRoot of a main file, or ``""``."""
    found = _SERVER_ROOT.search(text)
    if found is None:
        return ""
    written = found[1].rstrip()
    for quote in ('"', "'"):
        if written.startswith(quote):
            written = written[1:].partition(quote)[0]
    defined = dict(_DEFINE.findall(text))
    values = {**defined, **options.defines}
    written = re.sub(r"\$\{(\w+)\}", lambda use: values.get(use[1]) or use[0], written)
    written = windows_path(written)
    return server_root_relative("/", written) if written.startswith("/") else ""


def _maps(
    main: str, stated: str, recognised: Recognised, *, in_checkout: bool
) -> tuple[tuple[str, str], ...]:
    """Local folders for the server's paths, for a copy of some of its folders."""
    here = os.path.dirname(main)
    folder = recognised.folder
    if not folder:
        above = folder_above_conf(main)
        return ((stated, above),) if stated and _is_copy(stated, above, in_checkout) else ()
    if not _is_copy(folder, here, in_checkout or not stated):
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
    # The files of conf/ are next to its neighbours, or alone.
    beside = () if os.path.exists(here + below) else ((here + below, here),)
    return (*beside, (folder, here), (stated, here))


def _is_copy(folder: str, here: str, no_other: bool) -> bool:
    """Whether ``here`` is a copy of the server's ``folder``, and not just a file that refers to it.

    ``no_other`` is whether this machine's folder of that name cannot be meant.
    """
    if os.path.realpath(here).startswith(os.path.realpath(folder)):
        return False
    return (
        no_other
        or not os.path.isdir(folder)
        or os.path.basename(folder) == os.path.basename(here)
        or any(os.path.exists(os.path.join(here, name)) for name in _COPIED_WITH_IT)
    )


def _with_replaced(place: Place, options: Options) -> Place:
    """Replace files by those that the distribution's start script uses, if they exist."""
    distribution = place.recognised.distribution
    if distribution is None:
        return place
    pairs = [(path, place.copied(by)) for path, by in distribution.replaced.items()]
    maps = [(path, here) for path, here in pairs if here is not None and os.path.isfile(here)]
    added = place.paths.maps[len(options.maps) :]
    paths = replace(place.paths, maps=(*options.maps, *maps, *added))
    return place._replace(paths=paths)
