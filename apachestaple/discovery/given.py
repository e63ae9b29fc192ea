"""A PATH of the command line, and what it decides for every file below it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.discovery.boundaries import boundary_of, refuse_outside
from apachestaple.discovery.main_files import LayoutError, installed_main_file
from apachestaple.httpd.boundary import is_inside
from apachestaple.httpd.layout import sets_server_root, telling_lines
from apachestaple.httpd.machine import MAIN_NAMES

if TYPE_CHECKING:
    from apachestaple.httpd.boundary import Boundary
    from apachestaple.httpd.layout import Options


class Given(NamedTuple):
    """A PATH of the command line.

    Attributes:
        path: the absolute local path; without a PATH, that of the main file of this machine's
            httpd.
        is_folder: whether it is a folder, and not a main file or fragment.
        text: the text to read instead of that of the file, if there is one.
        boundary: the folders below which files may be read; ``None`` for no boundary.

    """

    path: str
    is_folder: bool
    text: str | None
    boundary: Boundary | None


def given_path(path: str | None, options: Options) -> Given:
    """What a PATH stands for; ``None`` is this machine's httpd, or ``--root``.

    Raises:
        LayoutError: it does not exist.

    """
    written = path or options.root
    if not written:
        return Given(installed_main_file(), is_folder=False, text=None, boundary=None)
    text = options.text_of(written)
    path = os.path.abspath(written if text is not None else _existing(written, options))
    is_folder = text is None and os.path.isdir(path)
    return Given(path, is_folder, text, boundary_of(path, options, is_folder=is_folder))


def is_main_file(given: Given) -> bool:
    """Whether a file is a main file: by its name, or because it sets ServerRoot.

    Raises:
        LayoutError: it must not be read. One with the name of a main file may be that of this
            machine's httpd, for which there is no boundary, so it is checked later.

    """
    if os.path.basename(given.path) in MAIN_NAMES:
        return True
    refuse_outside(given.path, given.boundary)
    return sets_server_root(telling_lines(given.path, given.text))


def _existing(path: str, options: Options) -> str:
    """The local path for a PATH, which may be one on the server if ``--root`` is used."""
    if options.root and not is_inside(os.path.abspath(path), os.path.abspath(options.root)):
        below_root = os.path.join(options.root, path.lstrip("/"))
        meant = path.startswith("/") or not os.path.exists(path)
        if meant and os.path.exists(below_root):
            return below_root
    if not os.path.exists(path):
        reason = "is a broken link" if os.path.islink(path) else "does not exist"
        raise LayoutError(f"{path}: {reason}; use a main file, its folder or a fragment")
    return path
