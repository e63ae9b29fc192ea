"""Which files an Include names: wildcards, folders and their order.

Source: server/config.c ap_process_fnmatch_configs, server/util.c ap_dir_nofnmatch and
ap_dir_fnmatch, apr_fnmatch.
"""

from __future__ import annotations

import errno
import os
import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# AP_MAX_FNMATCH_DIR_DEPTH
_DEEPEST_FOLDER = 128

_BRACKETS = re.compile(r"\[(?P<not>[!^]?)(?P<set>\]?[^\]]*)\]", re.DOTALL)


class IncludeError(Exception):
    """httpd rejects the Include; the text is its message."""


def included_files(path: str, *, optional: bool) -> Iterator[str]:
    """Paths of the files that ``Include path`` reads, in order.

    ``path`` is absolute. A path without wildcard is returned although nothing is there, unless
    ``optional``: opening it then fails as it does for httpd.
    """
    if not has_wildcard(path):
        yield from _file_or_folder(path, optional=optional, depth=0)
        return
    yield from _wildcard("/", path.lstrip("/"), optional=optional)


def dangling_links(path: str) -> Iterator[str]:
    """Links to nothing among what ``IncludeOptional path`` names; httpd passes over them."""
    if has_wildcard(path):
        candidates = _wildcard("/", path.lstrip("/"), optional=False)
        yield from (found for found in candidates if _is_dangling(found))
    elif _is_dangling(path):
        yield path


def _is_dangling(path: str) -> bool:
    return os.path.islink(path) and not os.path.exists(path)


def has_wildcard(path: str) -> bool:
    """apr_fnmatch_test: ``*``, ``?`` or a pair of brackets, outside an escape."""
    unescaped = re.sub(r"\\.", "", path, flags=re.DOTALL)
    return "*" in unescaped or "?" in unescaped or re.search(r"\[[^]]*\]", unescaped) is not None


def _file_or_folder(path: str, *, optional: bool, depth: int) -> Iterator[str]:
    if os.path.isdir(path):
        if depth >= _DEEPEST_FOLDER:
            raise IncludeError(
                f"Include/IncludeOptional: Directory '{path}' exceeds the maximum include directory"
                f" nesting level of {_DEEPEST_FOLDER}. You have probably a recursion somewhere."
            )
        for name in _sorted_names(path, optional=False):
            yield from _file_or_folder(os.path.join(path, name), optional=optional, depth=depth + 1)
        return
    if optional and not os.path.exists(path):
        return
    yield path


def _wildcard(folder: str, rest: str, *, optional: bool) -> Iterator[str]:
    name, slash, further = rest.partition("/")
    if not has_wildcard(name):
        path = os.path.join(folder, name)
        if slash:
            yield from _wildcard(path, further, optional=optional)
        else:
            yield from _file_or_folder(path, optional=optional, depth=0)
        return
    pattern = _pattern(name)
    names = [
        found
        for found in _sorted_names(folder, optional=optional)
        if pattern.fullmatch(found)
        # A wildcard inside the path stands for folders only, and not for links to folders.
        and (not slash or _is_real_folder(os.path.join(folder, found)))
    ]
    if not names and not optional:
        raise IncludeError(
            f"Include/IncludeOptional: No matches for the wildcard '{name}' in '{folder}', failing"
        )
    for found in names:
        path = os.path.join(folder, found)
        if slash:
            yield from _wildcard(path, further, optional=optional)
        else:
            yield from _file_or_folder(path, optional=optional, depth=0)


def _is_real_folder(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)


def _sorted_names(folder: str, *, optional: bool) -> list[str]:
    try:
        names = os.listdir(folder)
    except OSError as error:
        if optional and error.errno == errno.ENOENT:
            return []
        raise IncludeError(
            f"Include/IncludeOptional: Could not open directory {folder}: {error.strerror}"
        ) from None
    names.sort(key=os.fsencode)
    return names


@cache
def _pattern(wildcard: str) -> re.Pattern[str]:
    """A regular expression for apr_fnmatch with APR_FNM_PERIOD."""
    parts = ["" if wildcard.startswith((".", "\\.")) else r"(?!\.)"]
    position = 0
    while position < len(wildcard):
        character = wildcard[position]
        brackets = _BRACKETS.match(wildcard, position) if character == "[" else None
        if character == "*":
            parts.append(".*")
        elif character == "?":
            parts.append(".")
        elif brackets:
            members = re.sub(r"([\\\[\]^&~|])", r"\\\1", brackets["set"])
            parts.append(f"[{'^' if brackets['not'] else ''}{members}]")
            position = brackets.end() - 1
        elif character == "\\" and position + 1 < len(wildcard):
            position += 1
            parts.append(re.escape(wildcard[position]))
        else:
            parts.append(re.escape(character))
        position += 1
    return re.compile("".join(parts), re.DOTALL)
