"""The patched tree, written elsewhere."""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING

from apachestaple.fix.transaction.state import WriteError
from apachestaple.fix.transaction.write import encoded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from apachestaple.mod_ssl.site import Site


def write_tree(folder: str, sites: Sequence[Site], texts: Mapping[str, str]) -> tuple[str, ...]:
    """Write every file of the configurations below ``folder``, with its new text.

    A file keeps its place below the server root; one from elsewhere keeps its whole path. Links
    stay links where what they point to is written, too.

    Returns:
        the paths that were written.

    Raises:
        WriteError: ``folder`` holds something already, or a file could not be written.

    """
    if os.path.lexists(folder) and (not os.path.isdir(folder) or os.listdir(folder)):
        raise WriteError(f"{folder} is not an empty folder; nothing was written")
    try:
        return tuple(_written(folder, sites, texts))
    except OSError as error:
        # Half a tree is of no use to anybody.
        with contextlib.suppress(OSError):
            for entry in os.scandir(folder):
                shutil.rmtree(entry.path) if entry.is_dir(follow_symlinks=False) else os.unlink(
                    entry
                )
        reason = f"{error.filename or folder}: {error.strerror}"
        raise WriteError(f"{reason}; nothing was written") from None


def _written(folder: str, sites: Sequence[Site], texts: Mapping[str, str]) -> list[str]:
    # A dict, for the order of the paths, and to find them in.
    written: dict[str, None] = {}
    for site in sites:
        root = os.path.realpath(os.path.dirname(site.configuration.main_file))
        for path, file in site.configuration.files.items():
            real = file.real_path
            place = _place(folder, root, real)
            if place not in written:
                _write(place, encoded(texts.get(real, file.text)), like=real)
                written[place] = None
            followed = _folder_followed(path)
            if followed != real:
                _link(_place(folder, root, followed), place)
    return list(written)


def _place(folder: str, root: str, path: str) -> str:
    below = path.removeprefix(root + "/") if path.startswith(root + "/") else path.lstrip("/")
    return os.path.join(folder, below)


def _folder_followed(path: str) -> str:
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))


def _write(path: str, content: bytes, *, like: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "xb") as file:
        # What not everybody may read, not everybody may read there either.
        if os.path.exists(like):
            shutil.copymode(like, path)
        file.write(content)


def _link(path: str, target: str) -> None:
    if os.path.lexists(path):
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    os.symlink(os.path.relpath(target, os.path.dirname(path)), path)
