"""Which files fix may edit."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.httpd.boundary import is_inside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from apachestaple.httpd.configuration import Configuration
    from apachestaple.httpd.start import Start

_OUTSIDE = (
    "is outside of the server's folders and may belong to somebody else; change it by hand, or use "
    "--outside"
)


def inside_only(starts: Iterable[Start | Configuration]) -> Callable[[str], str | None]:
    """Returns why a file may not be edited, by its real path; ``None`` if it may.

    httpd also reads files that an Include or a link names outside of the folders of the
    configurations. These belong to somebody else: to a package, to certbot, or to a user with a
    virtual host in the home folder.
    """
    starts = list(starts)
    named = {os.path.realpath(start.main_file) for start in starts}
    folders = {folder for start in starts for folder in own_folders(start)}

    def refusal(path: str) -> str | None:
        is_own = path in named or any(is_inside(path, folder) for folder in folders)
        return None if is_own else _OUTSIDE

    return refusal


def own_folders(start: Start | Configuration) -> Iterator[str]:
    """The folder of the main file, and the server root if it is the folder above, as for ``conf``.

    A server root further up, such as FreeBSD's ``/usr/local``, is also used by other programs.
    """
    folder = os.path.realpath(os.path.dirname(start.main_file))
    yield folder
    server_root = os.path.realpath(start.server_root)
    if start.whole and server_root != "/" and os.path.dirname(folder) == server_root:
        yield server_root
