"""Finds the main file that a PATH of the command line stands for."""

from __future__ import annotations

import os

from apachestaple.discovery.survey import survey
from apachestaple.errors import ApachestapleError
from apachestaple.filesystem.reading import names_in
from apachestaple.httpd import machine
from apachestaple.httpd.distributions import DISTRIBUTIONS

# Paths of main files, relative to their folder, to the folder above, or to a server's root folder.
IN_FOLDER = ("apache2.conf", "httpd.conf", "conf/httpd.conf", "etc/httpd.conf")


class LayoutError(ApachestapleError):
    """Nothing can be read; the message is the reason, and what to use instead."""


def installed_main_file() -> str:
    """The main file of this machine's httpd.

    Raises:
        LayoutError: httpd is not installed, or the file does not exist.

    """
    own = machine.installed()
    if own is None:
        raise LayoutError("httpd is not installed on this machine; use the PATH of a configuration")
    if not os.path.exists(own.main_file):
        raise LayoutError(
            f"{own.main_file}, the main file of this machine's httpd, does not exist; use a PATH"
        )
    return own.main_file


def main_in_folder(folder: str) -> str:
    """The only main file in or below a folder.

    Raises:
        LayoutError: there is none, or there are several.

    """
    for name in IN_FOLDER:
        candidate = os.path.join(folder, name)
        if os.path.isfile(candidate):
            return candidate
    found = mains_of_root(folder) or survey(folder).mains
    if len(found) == 1:
        return found[0]
    if not found:
        raise LayoutError(
            f"{folder}: contains no apache2.conf or httpd.conf; use the main file or a fragment"
        )
    listed = ", ".join(sorted(found))
    raise LayoutError(f"{folder}: contains several main files; use one of {listed}")


def mains_of_root(folder: str) -> list[str]:
    """Main files in the places of distributions below a server's root folder, one per folder."""
    found: dict[str, str] = {}
    instances = (f"etc/{name}/apache2.conf" for name in _names(os.path.join(folder, "etc")))
    for place in (*(each.main_file[1:] for each in DISTRIBUTIONS), *instances):
        candidate = os.path.join(folder, place)
        if os.path.isfile(candidate):
            found.setdefault(os.path.realpath(os.path.dirname(candidate)), candidate)
    return list(found.values())


def _names(etc: str) -> list[str]:
    """The names of the folders of further instances of Debian's httpd."""
    try:
        return sorted(name for name in names_in(etc) if name.startswith("apache2-"))
    except OSError:
        return []
