"""The folders below which files may be read for a PATH of the command line.

docs/reference/layouts.md has the rules. They apply to every configuration except the one of this
machine's httpd.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.discovery.main_files import IN_FOLDER, LayoutError
from apachestaple.httpd.boundary import Boundary, checkout_above, is_inside
from apachestaple.httpd.layout import folder_above_conf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.layout import Options, Place


def boundary_of(path: str, options: Options, *, is_folder: bool) -> Boundary | None:
    """The folders below which files may be read for a PATH; ``None`` for no boundary."""
    mapped = [here for _, here in options.maps]
    folders = [path] if is_folder else _own_folders(path)
    if options.root:
        root = os.path.abspath(options.root)
        if root == "/":
            return None
        outside = [] if is_inside(path, root) else folders
        return _boundary([root, *outside, *mapped], confines_all=True)
    checkout = _checkout_of(path if is_folder else os.path.dirname(path))
    if checkout is not None:
        return _boundary([checkout, *mapped], confines_all=True)
    return _boundary([*folders, path, *mapped])


def with_place(boundary: Boundary, main: str, place: Place) -> Boundary:
    """The folders, and outside of a checkout those that follow from the place of a main file."""
    if boundary.confines_all:
        return boundary
    added = _own_folders(main)
    if place.recognised.root:
        # The copy contains the server's files starting at its root folder.
        added.append(place.recognised.root)
    return _boundary([*boundary.folders, *added])


def refuse_outside(path: str, boundary: Boundary | None) -> None:
    """Raise LayoutError if a path leads out of the boundary."""
    if boundary is not None and boundary.excludes(path):
        raise LayoutError(f"{path} leads out of {boundary.name}, so it was not read")


def is_in_checkout(main: str, own: str) -> bool:
    """Whether the path of a main file leads through a checkout.

    ``own`` is this machine's main file. Its folder may be a checkout itself, as with etckeeper.
    """
    own_folder = os.path.realpath(os.path.dirname(own))
    folder = os.path.dirname(os.path.abspath(main))
    return any(
        not is_inside(own_folder, os.path.realpath(checkout))
        for start in (folder, os.path.realpath(folder))
        for checkout in _checkouts_above(start)
    )


def _checkout_of(folder: str) -> str | None:
    """The nearest checkout that contains a folder, by the path as it is written.

    If a link leads from one checkout into another, it is the first one.
    """
    nearest: str | None = None
    for checkout in _checkouts_above(folder):
        real = os.path.realpath(checkout)
        if nearest is None or not is_inside(nearest, real):
            nearest = real
    return nearest


def _checkouts_above(folder: str) -> Iterator[str]:
    while (checkout := checkout_above(folder)) is not None:
        yield checkout
        folder = os.path.dirname(checkout)
        if folder == checkout:
            return


def _own_folders(main: str) -> list[str]:
    """The folder of a main file or fragment, and the folder of its server."""
    own = folder = os.path.dirname(main)
    while (above := os.path.dirname(folder)) != folder:
        for name in IN_FOLDER:
            server = os.path.join(folder, name)
            if os.path.isfile(server):
                found = folder_above_conf(server)
                return [own, found] if found != "/" else [own]
        folder = above
    return [own]


def _boundary(folders: list[str], *, confines_all: bool = False) -> Boundary:
    return Boundary(tuple(dict.fromkeys(map(os.path.realpath, folders))), confines_all)
