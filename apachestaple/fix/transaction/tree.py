"""Writes the repaired configuration into another folder (``--output``)."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from typing import TYPE_CHECKING

from apachestaple.filesystem.folders import OpenFolders, named
from apachestaple.filesystem.new_files import created, write_all
from apachestaple.fix.transaction.content import exists, link
from apachestaple.fix.transaction.state import WriteError
from apachestaple.fix.transaction.write import encoded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from apachestaple.mod_ssl.site import Site


_MODE_OF_NEW = 0o644


def write_tree(folder: str, sites: Sequence[Site], texts: Mapping[str, str]) -> tuple[str, ...]:
    """Write every file of the configurations below ``folder``, with its new text.

    A file below the server root keeps its path relative to it; any other file keeps its whole path.
    A link stays a link if its target is written, too.

    Returns:
        the paths that were written.

    Raises:
        WriteError: ``folder`` is not empty, or a file could not be written.

    """
    folder = os.path.abspath(folder)
    try:
        os.makedirs(folder, exist_ok=True)
        with OpenFolders(folder, make=True) as folders:
            if os.listdir(folders.handle(folder)):
                raise WriteError(f"{folder} is not an empty folder; nothing was written")
            try:
                return tuple(_written(folder, folders, sites, texts))
            except OSError:
                # An incomplete tree is not left behind.
                _empty(folders.handle(folder))
                raise
    except OSError as error:
        reason = f"{error.filename or folder}: {error.strerror}"
        raise WriteError(f"{reason}; nothing was written") from None


def _empty(folder: int) -> None:
    with contextlib.suppress(OSError):
        for entry in list(os.scandir(folder)):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.name, dir_fd=folder)
            else:
                os.unlink(entry.name, dir_fd=folder)


def _written(
    folder: str, folders: OpenFolders, sites: Sequence[Site], texts: Mapping[str, str]
) -> list[str]:
    # A dict keeps the order of the paths and finds them quickly.
    written: dict[str, None] = {}
    for site in sites:
        root = os.path.realpath(os.path.dirname(site.configuration.main_file))
        for path, file in site.configuration.files.items():
            real = file.real_path
            place = _place(folder, root, real)
            if place not in written:
                _write(place, folders, encoded(texts.get(real, file.text)), like=real)
                written[place] = None
            followed = _folder_followed(path)
            if followed != real:
                _link(_place(folder, root, followed), folders, place)
    return list(written)


def _place(folder: str, root: str, path: str) -> str:
    below = path.removeprefix(root + "/") if path.startswith(root + "/") else path.lstrip("/")
    return os.path.join(folder, below)


def _folder_followed(path: str) -> str:
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))


def _write(path: str, folders: OpenFolders, content: bytes, *, like: str) -> None:
    with named(path), created(folders.at(path)) as handle:
        os.fchmod(handle, _mode(like))
        write_all(handle, content)


def _mode(like: str) -> int:
    """The mode of the original, so that no more users can read the copy."""
    try:
        return stat.S_IMODE(os.stat(like).st_mode) & 0o777
    except FileNotFoundError:
        return _MODE_OF_NEW


def _link(path: str, folders: OpenFolders, target: str) -> None:
    place = folders.at(path)
    if not exists(place):
        link(place, os.fsencode(os.path.relpath(target, os.path.dirname(path))))
