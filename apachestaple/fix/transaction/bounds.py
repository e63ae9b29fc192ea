"""Which files fix may write without being told."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.httpd.boundary import is_inside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apachestaple.httpd.start import Start


def outside(paths: Iterable[str], starts: Iterable[Start]) -> list[str]:
    """Those of the real paths that lie outside of every configuration's own folders.

    What an Include or a link reaches elsewhere is read by httpd like the rest, and belongs to
    somebody else: to a package, to certbot, to a user who keeps a virtual host at home.
    """
    starts = list(starts)
    named = {os.path.realpath(start.main_file) for start in starts}
    folders = [folder for start in starts for folder in _own_folders(start)]
    return [
        path
        for path in paths
        if path not in named and not any(is_inside(path, folder) for folder in folders)
    ]


def _own_folders(start: Start) -> Iterator[str]:
    """The main file's folder, and the server root of which it is one, as ``conf`` often is.

    A server root further up, such as FreeBSD's ``/usr/local``, is not httpd's alone.
    """
    folder = os.path.realpath(os.path.dirname(start.main_file))
    yield folder
    server_root = os.path.realpath(start.server_root)
    if start.whole and server_root != "/" and os.path.dirname(folder) == server_root:
        yield server_root
