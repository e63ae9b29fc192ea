"""The file of a dbm cache."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apachestaple.mod_ssl.cache import CacheSetting
    from apachestaple.mod_ssl.site import Site


def missing_folder(cache: CacheSetting, site: Site) -> str | None:
    """The folder of a dbm cache if it does not exist; httpd then exits (socache_dbm_init)."""
    path = _path(cache, site)
    folder = os.path.dirname(path) if path else None
    return None if not folder or os.path.isdir(site.configuration.paths.real(folder)) else folder


def folder_in_place_of_file(cache: CacheSetting, site: Site) -> str | None:
    """The path of a dbm cache if it is that of a folder."""
    path = _path(cache, site)
    return path if path and os.path.isdir(site.configuration.paths.real(path)) else None


def _path(cache: CacheSetting, site: Site) -> str | None:
    # Only if the files of the server are on this machine.
    if not site.certificates_required or cache.provider != "dbm" or not cache.argument:
        return None
    return site.configuration.absolute(cache.argument)
