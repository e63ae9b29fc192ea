"""Writes the repaired configuration into another folder (``--output``)."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apachestaple.filesystem.folders import OpenFolders, named
from apachestaple.filesystem.links import links_on
from apachestaple.filesystem.new_files import created, write_all
from apachestaple.fix.editing.editable import own_folders
from apachestaple.fix.transaction.content import exists, link
from apachestaple.fix.transaction.state import WriteError
from apachestaple.fix.transaction.write import encoded
from apachestaple.httpd.boundary import is_inside

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from apachestaple.httpd.start import Start
    from apachestaple.mod_ssl.site import Site


_MODE_OF_NEW = 0o644


def write_tree(
    folder: str, base: str, sites: Sequence[Site], texts: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write the files of the configurations below ``folder``, with their new texts.

    Each file has the same path below ``folder`` as below ``base``. Files outside of ``base`` are
    left out. Links stay links.

    Returns:
        the paths that were written, and those of the files that were left out.

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
                return _written(_Tree(folder, base, folders), sites, texts)
            except OSError:
                # An incomplete tree is not left behind.
                _empty(folders.handle(folder))
                raise
    except OSError as error:
        reason = f"{error.filename or folder}: {error.strerror}"
        raise WriteError(f"{reason}; nothing was written") from None


def base_folder(paths: Iterable[str], starts: Iterable[Start]) -> str:
    """The real path of the folder that contains the PATHs and the servers."""
    real = map(os.path.realpath, paths)
    named = (path if os.path.isdir(path) else os.path.dirname(path) for path in real)
    own = (folder for start in starts for folder in own_folders(start))
    return os.path.commonpath([*named, *own])


@dataclass(frozen=True, slots=True)
class _Tree:
    """The folder that is written, the folder of which it is a copy, and its open folders."""

    folder: str
    base: str
    folders: OpenFolders

    def place(self, path: str) -> str:
        return os.path.join(self.folder, os.path.relpath(path, self.base))


def _empty(folder: int) -> None:
    with contextlib.suppress(OSError):
        for entry in list(os.scandir(folder)):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.name, dir_fd=folder)
            else:
                os.unlink(entry.name, dir_fd=folder)


def _written(
    tree: _Tree, sites: Sequence[Site], texts: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    # Dicts keep the order of the paths and find them quickly.
    written: dict[str, None] = {}
    left_out: dict[str, None] = {}
    for path, file in (each for site in sites for each in site.configuration.files.items()):
        real = file.real_path
        if not is_inside(real, tree.base):
            left_out[real] = None
        elif real not in written:
            _write(tree.place(real), tree.folders, encoded(texts.get(real, file.text)), like=real)
            written[real] = None
        _write_links(tree, os.path.abspath(path), real)
    return tuple(map(tree.place, written)), tuple(left_out)


def _write_links(tree: _Tree, path: str, real: str) -> None:
    """Write the links on the way to a file, and that of a file which is not on the disk yet."""
    for link_path, target in links_on(path):
        _write_link(tree, link_path, target)
    if not os.path.lexists(path):
        made = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
        if made != real:
            _write_link(tree, made, os.path.relpath(real, os.path.dirname(made)))


def _write_link(tree: _Tree, path: str, target: str) -> None:
    if not is_inside(path, tree.base):
        return
    place = tree.folders.at(tree.place(path))
    if not exists(place):
        link(place, os.fsencode(_target(tree, path, target)))


def _target(tree: _Tree, path: str, target: str) -> str:
    """The target of a link in the tree; it only differs if it would lead back to the original."""
    folder = os.path.dirname(path)
    whole = os.path.normpath(os.path.join(folder, target))
    climbs = os.path.normpath(target).split("/").count("..")
    stays = climbs <= len(os.path.relpath(folder, tree.base).split("/"))
    if not is_inside(whole, tree.base) or (stays and not target.startswith("/")):
        return target
    return os.path.relpath(whole, folder)


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
