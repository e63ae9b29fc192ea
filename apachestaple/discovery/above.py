"""Finds the main files above a fragment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.discovery.main_files import IN_FOLDER
from apachestaple.httpd.boundary import checkout_above, is_inside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.layout import Options


def mains_above(folder: str, options: Options) -> Iterator[str]:
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
