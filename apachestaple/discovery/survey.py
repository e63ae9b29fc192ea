"""Searches folders for files that may be configurations of httpd."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apachestaple.discovery.ignored import Ignored, ignored_in
from apachestaple.discovery.names import (
    MAIN_FILES,
    enabled_counterpart,
    is_entered,
    may_be_configuration,
)
from apachestaple.filesystem.globs import match_any
from apachestaple.filesystem.reading import end_if_exhausted
from apachestaple.httpd.boundary import checkout_above

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.filesystem.globs import PathPattern

# The reason why a file or folder was passed.
EXCLUDED = "excluded"

# The names that are looked at, in all folders.
_MOST_NAMES = 2_000_000


@dataclass
class Survey:
    """What a folder contains, by names.

    Attributes:
        folder: the folder that was searched.
        mains: files with the name of a main file, at most one for each folder.
        others: other files that may be configurations.
        passed: files and folders that were not looked at, each with the reason.
        problems: what could not be searched or read.
        names: the number of files and folders that were seen.

    """

    folder: str
    mains: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    passed: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    names: int = 0


def survey(folder: str, exclude: Sequence[PathPattern] = (), *, is_deep: bool = True) -> Survey:
    """Search a folder and all folders below, except those that ``exclude`` matches.

    Links to folders are not followed. If ``is_deep`` is false, no folder below is searched.
    """
    found = Survey(folder)
    start = os.path.abspath(folder)
    checkout = checkout_above(start)
    pending = [(start, ignored_in(start, checkout))]
    while pending:
        here, ignored = pending.pop()
        below = list(_search(here, ignored, exclude, found))
        if not is_deep:
            break
        inherited = [(path, ignored.below(path) if checkout else ignored) for path in below]
        pending.extend(reversed(inherited))
        if found.names > _MOST_NAMES:
            found.problems.append(
                f"{folder} contains more than {_MOST_NAMES:,} names; the folders after {here} were "
                "not searched"
            )
            break
    return found


def _search(
    here: str, ignored: Ignored, exclude: Sequence[PathPattern], found: Survey
) -> Iterator[str]:
    """Search one folder; returns its folders that are searched next."""
    try:
        with os.scandir(here) as scanned:
            entries = sorted(scanned, key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        end_if_exhausted(error)
        found.problems.append(f"{here}: {error.strerror}, so it was not searched")
        return
    found.names += len(entries)
    names = {entry.name for entry in entries}
    if not is_entered(here, names) and here != os.path.abspath(found.folder):
        found.passed[here] = "not searched"
        return
    main = next((name for name in MAIN_FILES if name in names), None)
    enabled = _enabled_in(here)
    for entry in entries:
        path = entry.path
        is_folder = _is_folder(entry)
        if not is_folder and entry.name != main and not may_be_configuration(here, entry.name):
            continue
        if exclude and match_any(exclude, path):
            found.passed[path] = EXCLUDED
        elif ignored.specs and ignored.lists(path, is_folder=is_folder):
            found.passed[path] = "ignored by .gitignore"
        elif is_folder:
            yield path
        elif entry.name == main:
            found.mains.append(path)
        elif enabled is not None and entry.name not in enabled:
            found.passed[path] = "not enabled"
        elif entry.is_symlink() and os.path.isdir(path):
            found.passed[path] = "link to a folder, not followed"
        else:
            found.others.append(path)


def _enabled_in(folder: str) -> set[str] | None:
    """The names in a folder such as ``sites-available`` that are enabled; ``None`` if unknown.

    In a copy, links with absolute targets are broken. So only the names of targets count. A file
    that is not a link is a site of its own, also if one that is available has its name.
    """
    counterpart = enabled_counterpart(folder)
    if counterpart is None:
        return None
    try:
        with os.scandir(counterpart) as entries:
            targets = {_target_name(entry) for entry in entries if not entry.name.startswith(".")}
    except OSError as error:
        end_if_exhausted(error)
        return None
    return targets - {""} if targets else None


def _target_name(entry: os.DirEntry[str]) -> str:
    try:
        return os.path.basename(os.readlink(entry.path))
    except OSError:
        return ""


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False
