"""The folders below which files may be read for a PATH of the command line.

docs/layouts.md has the rules. They apply to every configuration except the one of this machine's
httpd.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from apachestaple.discovery.main_files import IN_FOLDER
from apachestaple.httpd.boundary import Boundary, checkout_above, is_inside
from apachestaple.httpd.layout import folder_above_conf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.layout import Options, Place


def boundary_of(path: str | None, main: str, options: Options) -> Boundary | None:
    """The folders below which files may be read for ``path`` with the main file ``main``.

    ``None`` means no boundary (``--root /``).
    """
    mapped = [os.path.realpath(here) for _, here in options.maps]
    if options.root:
        root = os.path.abspath(options.root)
        if root == "/":
            return None
        own = [] if is_inside(main, root) else _own_folders(main)
        return _boundary([root, *own, *mapped], confines_all=True)
    given = os.path.abspath(path) if path else os.path.dirname(main)
    is_folder = os.path.isdir(given)
    checkout = _checkout_of(given if is_folder else os.path.dirname(given))
    if checkout is not None:
        return _boundary([checkout, *mapped], confines_all=True)
    if is_folder:
        return _boundary([given, *mapped])
    return _boundary([*_own_folders(main), main, *mapped])


def with_place(boundary: Boundary, main: str, place: Place) -> Boundary:
    """The folders, and outside of a checkout those that follow from the place of a main file."""
    if boundary.confines_all:
        return boundary
    added = _own_folders(main)
    if place.recognised.root:
        # The copy contains the server's files starting at its root folder.
        added.append(place.recognised.root)
    return replace(boundary, folders=tuple(_distinct([*boundary.folders, *added])))


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
    return Boundary(tuple(_distinct(folders)), confines_all)


def _distinct(folders: list[str]) -> Iterator[str]:
    return iter(dict.fromkeys(map(os.path.realpath, folders)))
