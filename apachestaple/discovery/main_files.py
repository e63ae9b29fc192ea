"""Finds the main file that a PATH of the command line stands for."""

from __future__ import annotations

import glob
import os
from typing import TYPE_CHECKING

from apachestaple.errors import ApachestapleError
from apachestaple.httpd import machine
from apachestaple.httpd.boundary import is_inside
from apachestaple.httpd.distributions import DISTRIBUTIONS
from apachestaple.httpd.layout import MAIN_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.layout import Options

# Paths of main files, relative to their folder, to the folder above, or to a server's root folder.
IN_FOLDER = ("apache2.conf", "httpd.conf", "conf/httpd.conf", "etc/httpd.conf")

# How many levels below a folder a main file is searched, and folders that are skipped.
_SEARCH_DEPTH = 8
_NOT_SEARCHED = frozenset({"node_modules", "__pycache__"})


class LayoutError(ApachestapleError):
    """Nothing can be read; the message is the reason, and what to use instead."""


def main_file(path: str | None, options: Options) -> str:
    """The main file or fragment that ``path`` stands for; ``None`` for this machine's httpd.

    Raises:
        LayoutError: there is none, or there are several.

    """
    if path is None:
        return _own_main_file(options)
    if options.root and not is_inside(os.path.abspath(path), os.path.abspath(options.root)):
        below_root = os.path.join(options.root, path.lstrip("/"))
        meant = path.startswith("/") or not os.path.exists(path)
        if meant and os.path.exists(below_root):
            return main_file(below_root, options)
    if not os.path.exists(path):
        reason = "is a broken link" if os.path.islink(path) else "does not exist"
        raise LayoutError(f"{path}: {reason}; use a main file, its folder or a fragment")
    if not os.path.isdir(path):
        return os.path.abspath(path)
    return os.path.abspath(_main_in_folder(path))


def _own_main_file(options: Options) -> str:
    if options.root:
        return os.path.abspath(_main_in_folder(options.root))
    own = machine.installed()
    if own is None:
        raise LayoutError("httpd is not installed on this machine; use the PATH of a configuration")
    if not os.path.exists(own.main_file):
        raise LayoutError(
            f"{own.main_file}, the main file of this machine's httpd, does not exist; use a PATH"
        )
    return own.main_file


def _main_in_folder(folder: str) -> str:
    for name in IN_FOLDER:
        candidate = os.path.join(folder, name)
        if os.path.isfile(candidate):
            return candidate
    found = _mains_of_root(folder) or list(_mains_below(folder))
    if len(found) == 1:
        return found[0]
    if not found:
        raise LayoutError(
            f"{folder}: contains no apache2.conf or httpd.conf; use the main file or a fragment"
        )
    listed = ", ".join(sorted(found))
    raise LayoutError(f"{folder}: contains several main files; use one of {listed}")


def _mains_of_root(folder: str) -> list[str]:
    """Main files in the places of distributions below a server's root folder, one per folder."""
    found: dict[str, str] = {}
    instances = glob.glob("etc/apache2-*/apache2.conf", root_dir=folder)
    for place in (*(each.main_file[1:] for each in DISTRIBUTIONS), *sorted(instances)):
        candidate = os.path.join(folder, place)
        if os.path.isfile(candidate):
            found.setdefault(os.path.realpath(os.path.dirname(candidate)), candidate)
    return list(found.values())


def _mains_below(folder: str) -> Iterator[str]:
    """Main files below a folder; the search does not go below a folder that has one."""
    depth = folder.rstrip("/").count("/")
    for here, folders, files in os.walk(folder):
        mains = sorted(MAIN_NAMES & set(files))
        if mains:
            yield os.path.join(here, mains[0])
        deepest = here.rstrip("/").count("/") - depth >= _SEARCH_DEPTH
        if mains or deepest:
            folders.clear()
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in _NOT_SEARCHED)
