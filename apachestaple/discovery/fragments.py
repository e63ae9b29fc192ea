"""Groups fragments: those of one folder are read together."""

from __future__ import annotations

import os
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from apachestaple.lazy import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_INCLUDE = pattern(
    r"^[ \t]*Include(?:Optional)?[ \t]+[\"']?([^\"'\s]+)", re.MULTILINE | re.IGNORECASE
)


def by_folder(heads: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """The fragments of each folder, without those that other fragments include.

    ``heads`` has the beginning of each file.
    """
    includes = _includes(heads)
    folders: dict[str, list[str]] = {}
    for path in _started(heads, includes):
        folders.setdefault(os.path.dirname(path), []).append(path)
    yield from map(tuple, folders.values())


def _started(heads: Mapping[str, str], includes: Mapping[str, set[str]]) -> Iterator[str]:
    """The files that no other file includes, and those that only include each other."""
    included = set().union(*includes.values())
    reached: set[str] = set()
    pending = [path for path in heads if path not in included]
    while pending:
        path = pending.pop()
        if path not in reached:
            reached.add(path)
            pending.extend(includes.get(path, ()))
    return (path for path in heads if path not in included or path not in reached)


def _includes(heads: Mapping[str, str]) -> dict[str, set[str]]:
    """The fragments that each fragment includes, by the last two names of their paths.

    The folders above are often others on the server.
    """
    folders: dict[str, dict[str, list[str]]] = {}
    for path in heads:
        above, name = os.path.split(path)
        folders.setdefault(os.path.basename(above), {}).setdefault(name, []).append(path)
    named: dict[tuple[str, str], list[str]] = {}
    found: dict[str, set[str]] = {}
    for path, head in heads.items():
        for written in _INCLUDE().findall(head):
            above, pattern = os.path.split(written.rstrip("/"))
            key = os.path.basename(above or os.path.dirname(path)), pattern
            if key not in named:
                named[key] = list(_matches(folders.get(key[0], {}), pattern))
            found.setdefault(path, set()).update(each for each in named[key] if each != path)
    return found


def _matches(names: Mapping[str, list[str]], pattern: str) -> Iterator[str]:
    if pattern in names:
        yield from names[pattern]
        return
    for name, paths in names.items():
        if fnmatchcase(name, pattern):
            yield from paths
