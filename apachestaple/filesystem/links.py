"""The symbolic links on the way to a file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# The number of links that Linux follows in one path (MAXSYMLINKS).
_MOST_LINKS = 40


def links_on(path: str) -> Iterator[tuple[str, str]]:
    """Each link that is followed for an absolute path, with its target.

    The path of a link has no other link in it.
    """
    folder = "/"
    left = path.split("/")
    followed = 0
    while left and followed < _MOST_LINKS:
        name = left.pop(0)
        if name == "..":
            folder = os.path.dirname(folder)
        if name in ("", ".", ".."):
            continue
        here = os.path.join(folder, name)
        try:
            target = os.readlink(here)
        except OSError:
            folder = here
            continue
        yield here, target
        followed += 1
        folder = "/" if target.startswith("/") else folder
        left = target.split("/") + left
