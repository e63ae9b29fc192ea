"""Which files fix may write without ``--outside``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.httpd.boundary import is_inside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apachestaple.httpd.start import Start


def outside(paths: Iterable[str], starts: Iterable[Start]) -> list[str]:
    """The real paths that are outside of the folders of all configurations.

    httpd also reads files that an Include or a link names elsewhere. These belong to somebody else:
    to a package, to certbot, or to a user with a virtual host in the home folder.
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
    """The folder of the main file, and the server root if it is the folder above, as for ``conf``.

    A server root further up, such as FreeBSD's ``/usr/local``, is also used by other programs.
    """
    folder = os.path.realpath(os.path.dirname(start.main_file))
    yield folder
    server_root = os.path.realpath(start.server_root)
    if start.whole and server_root != "/" and os.path.dirname(folder) == server_root:
        yield server_root
