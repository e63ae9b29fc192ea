"""Finds the main files above a fragment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.discovery.main_files import IN_FOLDER
from apachestaple.httpd.boundary import checkout_above, is_inside

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from apachestaple.httpd.layout import Options


def mains_above(fragments: Collection[str], options: Options, tried: set[str]) -> Iterator[str]:
    """Main files above fragments, each once.

    The caller removes the fragments that a main file includes; those of a folder without fragments
    are not tried. ``tried`` are main files that are left out.
    """
    for folder in dict.fromkeys(map(os.path.dirname, list(fragments))):
        for main in _mains_above(folder, options):
            if main not in tried and any(os.path.dirname(path) == folder for path in fragments):
                tried.add(main)
                yield main


def _mains_above(folder: str, options: Options) -> Iterator[str]:
    """Main files in a folder and above, the nearest first; not beyond a checkout or ``--root``."""
    root = os.path.abspath(options.root) if options.root else ""
    inside = is_inside(folder, root) if root else False
    top = root if inside else checkout_above(folder) or "/"
    while True:
        for name in IN_FOLDER:
            main = os.path.join(folder, name)
            if os.path.isfile(main):
                yield main
        if folder == top or folder == os.path.dirname(folder):
            return
        folder = os.path.dirname(folder)
