"""The changes of a run as a unified diff for ``patch -p1`` and ``git apply``."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from apachestaple.fix.editing.compare import changed_lines
from apachestaple.httpd.boundary import is_inside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from apachestaple.fix.editing.compare import Change
    from apachestaple.fix.transaction.write import NewText

_CONTEXT = 3

_ODD = re.compile(r'[\x00-\x1f\x7f"\\]')


def diffs(files: Sequence[NewText]) -> Iterator[str]:
    """A unified diff of each file, for ``patch -p1`` in the `diff_folder`."""
    folder = diff_folder(files)
    return (unified(file, folder) for file in files)


def diff_folder(files: Iterable[NewText]) -> str:
    """The folder of which the names in the diffs are relative, so that one command applies all.

    It is the working directory if all files are below it, else ``/``, because patch accepts neither
    absolute names nor ``..``.
    """
    here = os.getcwd()
    return here if all(is_inside(file.path, here) for file in files) else "/"


def unified(file: NewText, folder: str) -> str:
    """A unified diff for ``patch -p1`` in ``folder``, which contains the file."""
    path = file.path.removeprefix(folder).lstrip("/")
    old_name, new_name = _quoted(f"a/{path}"), _quoted(f"b/{path}")
    header = ""
    if file.is_link:
        # The format of git, which patch accepts since 2.7.
        done = "new file" if file.old is None else "deleted file"
        header = f"diff --git {old_name} {new_name}\n{done} mode 120000\n"
    before = "/dev/null" if file.old is None else old_name
    after = "/dev/null" if file.new is None else new_name
    hunks = "".join(_hunks(_diff_lines(file.old or ""), _diff_lines(file.new or "")))
    return f"{header}--- {before}\n+++ {after}\n{hunks}"


def _diff_lines(text: str) -> list[str]:
    """The lines of a text as they stand in a diff. For patch and for httpd, a line ends at LF."""
    *lines, rest = text.split("\n")
    found = [f"{line}\n" for line in lines]
    return [*found, f"{rest}\n\\ No newline at end of file\n"] if rest else found


def _quoted(name: str) -> str:
    """A name as patch expects it: in quotes if it has special characters, else ended by a tab."""
    if _ODD.search(name):
        return '"' + _ODD.sub(lambda odd: f"\\{ord(odd[0]):03o}", name) + '"'
    return f"{name}\t" if " " in name else name


def _hunks(old: list[str], new: list[str]) -> Iterator[str]:
    for group in _groups(changed_lines(old, new)):
        first, last = group[0], group[-1]
        start = max(first.old_from - _CONTEXT, 0)
        end = min(last.old_to + _CONTEXT, len(old))
        new_start = first.new_from - (first.old_from - start)
        new_end = last.new_to + (end - last.old_to)
        yield f"@@ -{_range(start, end)} +{_range(new_start, new_end)} @@\n"
        for change in group:
            yield from (f" {line}" for line in old[start : change.old_from])
            yield from (f"-{line}" for line in old[change.old_from : change.old_to])
            yield from (f"+{line}" for line in new[change.new_from : change.new_to])
            start = change.old_to
        yield from (f" {line}" for line in old[start:end])


def _groups(changes: list[Change]) -> Iterator[list[Change]]:
    """The changes whose contexts touch each other."""
    group: list[Change] = []
    for change in changes:
        if group and change.old_from - group[-1].old_to > 2 * _CONTEXT:
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _range(start: int, stop: int) -> str:
    return f"{start + (stop > start)},{stop - start}"
