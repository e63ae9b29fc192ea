"""The place of a fragment on its server, as far as the names of its folders show it."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.httpd.boundary import is_inside
from apachestaple.httpd.layout import folder_above_conf

if TYPE_CHECKING:
    from collections.abc import Collection

    from apachestaple.httpd.layout import Options

# Folders of distributions that are their ServerRoot.
_ROOTS = re.compile(
    r"/(etc/apache2(-[^/]+)?|etc/httpd|usr/local/etc/apache24|usr/local/apache2|opt/lampp"
    r"|opt/bitnami/apache2?|opt/homebrew/etc/httpd|usr/local/etc/httpd)(?=/|$)"
)
# Folders in such a folder, by their names.
_DEBIAN = re.compile(r"(sites|conf|mods)-(available|enabled)")
_OTHERS = frozenset({"conf.d", "conf.modules.d", "vhosts.d"})


class FragmentPlace(NamedTuple):
    """The folder for relative paths, and local folders for those of the server."""

    server_root: str
    root: str = ""
    maps: tuple[tuple[str, str], ...] = ()


def fragment_place(path: str, options: Options, roots: Collection[str] = ()) -> FragmentPlace:
    """The place of a fragment with an absolute ``path``.

    ``roots`` are the local folders that stand for the root folders of servers. A fragment below one
    of them, as in a repository that contains a server's files starting at ``/``, belongs to it.
    """
    root = os.path.abspath(options.root) if options.root else ""
    root = "" if root == "/" else root
    folder = os.path.dirname(path)
    found = list(_ROOTS.finditer(folder))
    if found:
        server_root = folder[: found[-1].end()]
        return FragmentPlace(server_root, root or folder[: found[-1].start()])
    name, above = os.path.basename(folder), os.path.dirname(folder)
    if _DEBIAN.fullmatch(name):
        return FragmentPlace(above, root, () if root else (("/etc/apache2", above),))
    if name in _OTHERS:
        folders = ("/etc/httpd", "/etc/apache2")
        return FragmentPlace(above, root, () if root else tuple((one, above) for one in folders))
    around = {each for each in roots if each and is_inside(path, each)}
    if not root and len(around) == 1:
        root = around.pop()
    # conf/extra of a source build.
    return FragmentPlace(folder_above_conf(folder if name == "extra" else path), root)
