"""Finds the files of an Include: wildcards, folders and their order.

Source: server/config.c ap_process_fnmatch_configs, server/util.c ap_dir_nofnmatch and
ap_dir_fnmatch, apr_fnmatch.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple, Protocol

from apachestaple.filesystem.reading import end_if_exhausted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apachestaple.httpd.limits import Spent
    from apachestaple.httpd.paths import Paths

# AP_MAX_FNMATCH_DIR_DEPTH
_DEEPEST_FOLDER = 128

_BRACKETS = re.compile(r"\[(?P<not>[!^]?+)(?P<set>\]?+(?:\\.|[^\]\\])*)\]", re.DOTALL)
# Within brackets: a character after a backslash, and characters that are special only in Python.
_MEMBER = re.compile(r"\\(.)|([\[\]^&~|])", re.DOTALL)


class IncludeError(Exception):
    """httpd rejects the Include; the message is httpd's."""


class DanglingLink(NamedTuple):
    """A link without target, which IncludeOptional ignores."""

    path: str


class Outside(NamedTuple):
    """A path outside of the boundary. It is not read, and its existence is not checked."""

    path: str


class FolderLoop(NamedTuple):
    """A link from a folder to itself or to a folder above, which is not followed."""

    path: str
    optional: bool


# The results of an Include: files and problems.
Included = str | DanglingLink | Outside | FolderLoop
# Device and inode number, which identify a folder.
_Identity = tuple[int, int]


class _Above(NamedTuple):
    """The folders through which a path was reached.

    Attributes:
        folders: the innermost last.
        linked: whether one of them was reached through a link.

    """

    folders: tuple[_Identity, ...] = ()
    linked: bool = False


class _Entry(Protocol):
    """A name in a folder, as os.DirEntry."""

    @property
    def name(self) -> str: ...
    @property
    def path(self) -> str: ...
    def is_file(self, *, follow_symlinks: bool = True) -> bool: ...
    def is_dir(self, *, follow_symlinks: bool = True) -> bool: ...


class _Made(NamedTuple):
    """A file that is not on the disk yet."""

    name: str
    path: str

    def is_file(self, *, follow_symlinks: bool = True) -> bool:  # noqa: ARG002  (DirEntry's)
        return True

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:  # noqa: ARG002
        return False


def included_files(path: str, *, optional: bool, paths: Paths, spent: Spent) -> Iterator[Included]:
    """Paths of the files that ``Include path`` reads, in order.

    ``path`` is absolute; ``paths`` contains the files that are not on the disk yet. A path without
    wildcard is returned even if the file does not exist, unless ``optional``; opening it fails
    then, as in httpd.

    Raises:
        IncludeError: httpd rejects it.
        LimitReachedError: there are more names in the folders than ``spent`` allows.

    """
    walk = _Walk(optional, paths, spent)
    if has_wildcard(path):
        yield from walk.wildcard("/", path.lstrip("/"))
    else:
        yield from walk.file_or_folder(path, _Above())


def names_file(wildcards: Iterable[str], path: str) -> bool:
    """Whether one of the wildcards, which are absolute paths, matches ``path``."""
    folder, name = os.path.split(path)
    real = os.path.realpath(folder)
    for wildcard in wildcards:
        above, pattern = os.path.split(wildcard)
        matches = _pattern(_bytewise(pattern)).fullmatch(_bytewise(name))
        if matches and not has_wildcard(above) and os.path.realpath(above) == real:
            return True
    return False


def has_wildcard(path: str) -> bool:
    """apr_fnmatch_test: ``*``, ``?`` or a pair of brackets, not escaped."""
    unescaped = re.sub(r"\\.", "", path, flags=re.DOTALL)
    opened = unescaped.find("[")
    return "*" in unescaped or "?" in unescaped or (opened >= 0 and "]" in unescaped[opened:])


class _Walk(NamedTuple):
    """Walks through the folders of an Include."""

    optional: bool
    paths: Paths
    spent: Spent

    def file_or_folder(self, path: str, above: _Above) -> Iterator[Included]:
        """ap_dir_nofnmatch: a path without wildcard, in the folders ``above``."""
        path = self.paths.of_link(path)
        if self.paths.is_outside(path):
            yield Outside(path)
            return
        folder = _identity(path)
        if folder is not None:
            yield from self._folder(path, folder, above)
        elif self.optional and not os.path.exists(path) and self.paths.made_file(path) is None:
            if os.path.islink(path):
                yield DanglingLink(path)
        else:
            yield path

    def _folder(self, path: str, identity: _Identity, above: _Above) -> Iterator[Included]:
        if identity in above.folders:
            # httpd follows the loop until the system refuses to follow more links.
            yield FolderLoop(path, self.optional)
            return
        if len(above.folders) >= _DEEPEST_FOLDER:
            raise IncludeError(
                f"Include/IncludeOptional: Directory '{path}' exceeds the maximum include directory"
                f" nesting level of {_DEEPEST_FOLDER}. You have probably a recursion somewhere."
            )
        is_link = os.path.islink(path)
        if is_link and above.linked:
            self.spent.linked_folder()
        above = _Above((*above.folders, identity), above.linked or is_link)
        for entry in self._entries(path, optional=False):
            if _is_plain_file(entry):
                yield entry.path
            else:
                yield from self.file_or_folder(entry.path, above)

    def wildcard(self, folder: str, rest: str) -> Iterator[Included]:
        """ap_dir_fnmatch: the rest of a path below a folder."""
        name, slash, further = rest.partition("/")
        if not has_wildcard(name):
            path = os.path.join(folder, name)
            if slash:
                yield from self.wildcard(path, further)
            else:
                yield from self.file_or_folder(path, _Above())
            return
        if self.paths.is_outside(folder):
            yield Outside(os.path.join(folder, rest))
            return
        matches = _pattern(_bytewise(name)).fullmatch
        entries = self._entries(folder, optional=self.optional)
        found = [entry for entry in entries if matches(_bytewise(entry.name))]
        if slash:
            # A wildcard inside of the path matches only folders, not links to folders.
            found = [entry for entry in found if entry.is_dir(follow_symlinks=False)]
        if not found and not self.optional:
            raise IncludeError(
                f"Include/IncludeOptional: No matches for the wildcard '{name}' in '{folder}', "
                "failing"
            )
        above: _Above | None = None
        for entry in found:
            if slash:
                yield from self.wildcard(entry.path, further)
            elif _is_plain_file(entry):
                yield entry.path
            else:
                if above is None:
                    identity = _identity(folder)
                    above = _Above(() if identity is None else (identity,))
                yield from self.file_or_folder(entry.path, above)

    def _entries(self, folder: str, *, optional: bool) -> list[_Entry]:
        paths = self.paths
        try:
            with os.scandir(folder) as found:
                entries: list[_Entry] = list(found)
        except OSError as error:
            end_if_exhausted(error)
            is_absent = error.errno == errno.ENOENT
            entries = [*self._made(folder)] if is_absent else []
            if entries or (is_absent and optional):
                return entries
            raise IncludeError(
                f"Include/IncludeOptional: Could not open directory {folder}: {error.strerror}"
            ) from None
        self.spent.names(len(entries))
        if paths.gone:
            entries = [entry for entry in entries if not paths.is_gone(entry.path)]
        if paths.made:
            entries += self._made(folder)
        if all(entry.name.isascii() for entry in entries):
            entries.sort(key=_name)
        else:
            entries.sort(key=lambda entry: os.fsencode(entry.name))
        return entries

    def _made(self, folder: str) -> list[_Made]:
        """The files in a folder that are not on the disk yet."""
        return [_Made(name, os.path.join(folder, name)) for name in self.paths.made_in(folder)]


def _identity(path: str) -> _Identity | None:
    """The identity of a folder; ``None`` if it is not a folder."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISDIR(status.st_mode) else None


def _bytewise(name: str) -> str:
    """A name with one character for each byte, because APR compares bytes."""
    return name if name.isascii() else os.fsencode(name).decode("latin-1")


def _is_plain_file(entry: _Entry) -> bool:
    """Whether the folder entry is a regular file; then no system call is needed."""
    return entry.is_file(follow_symlinks=False)


_name = attrgetter("name")


@cache
def _pattern(wildcard: str) -> re.Pattern[str]:
    """A regular expression for apr_fnmatch with APR_FNM_PERIOD."""
    # Expressions for the texts between two stars.
    parts = [""]
    position = 0
    while position < len(wildcard):
        character = wildcard[position]
        brackets = _BRACKETS.match(wildcard, position) if character == "[" else None
        if character == "*":
            parts.append("")
        elif character == "?":
            parts[-1] += "."
        elif brackets:
            members = _MEMBER.sub(_escaped_member, brackets["set"])
            parts[-1] += f"[{'^' if brackets['not'] else ''}{members}]"
            position = brackets.end() - 1
        elif character == "\\" and position + 1 < len(wildcard):
            position += 1
            parts[-1] += re.escape(wildcard[position])
        else:
            parts[-1] += re.escape(character)
        position += 1
    first, *further = parts
    hidden = "" if wildcard.startswith((".", "\\.")) else r"(?!\.)"
    # Atomic groups: the first match of each part is sufficient, so there is no backtracking.
    middle = "".join(f"(?>.*?{part})" for part in further[:-1])
    last = f".*{further[-1]}" if further else ""
    try:
        return re.compile(f"{hidden}{first}{middle}{last}", re.DOTALL)
    except re.error:
        # A range in reverse order matches nothing.
        return re.compile(r"(?!)")


def _escaped_member(found: re.Match[str]) -> str:
    return re.escape(found[1] or found[2])
