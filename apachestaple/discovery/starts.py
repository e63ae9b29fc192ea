"""Finds where reading starts for the PATHs of a command line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.discovery.fragments import by_folder
from apachestaple.discovery.locate import fragments_start, locate, server_start
from apachestaple.discovery.main_files import LayoutError
from apachestaple.discovery.search import open_candidates, search
from apachestaple.httpd.layout import Options
from apachestaple.httpd.start import Starts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from apachestaple.discovery.search import Found
    from apachestaple.httpd.start import Start
    from apachestaple.settings import Settings


class FoundStarts(NamedTuple):
    """Where reading starts.

    Attributes:
        starts: one for each main file and each folder of fragments, main files first.
        problems: why paths cannot be read.
        notes: what was not read below the paths, and why; complete when all starts were taken.

    """

    starts: Starts
    problems: Sequence[str]
    notes: Sequence[str]


def find_start(path: str | None, settings: Settings) -> Start:
    """Where to start reading for ``path``; ``None`` is this machine's httpd.

    Raises:
        LayoutError: there is nothing to read, or there are several main files.
        OSError: the main file cannot be read.

    """
    return locate(path, options_of(settings))


def find_starts(paths: Sequence[str], settings: Settings) -> FoundStarts:
    """Where to start reading for each path; without paths, for this machine's httpd.

    Fragments of a folder are read together. Files below a path are only opened if none of the
    servers reads them.
    """
    found = search(paths, options_of(settings))
    first = _taken_servers(found)
    if not first:
        open_candidates(found)
        first = _taken_servers(found)
    for path in found.templates:
        if not found.given[path].is_folder:
            found.problems.append(f"{path} is a template, which fix does not change")
    if not first and not found.fragments and not found.problems:
        if found.has_excluded:
            found.notes.append(all_excluded(paths))
        else:
            found.problems.append(nothing_found(paths, found.searched))

    def others(known: Collection[str]) -> Iterator[Start]:
        open_candidates(found, known)
        yield from _taken_servers(found)
        heads = {
            path: head
            for path, head in found.fragments.items()
            if os.path.realpath(path) not in known
        }
        yield from fragment_starts(found, heads)

    files = tuple(found.given)
    return FoundStarts(Starts(first, others, files), found.problems, found.notes)


def server_starts(found: Found) -> Iterator[Start]:
    """Where to start reading each main file, except those that must not be read."""
    for main in found.mains:
        try:
            yield server_start(main, found.given[main], found.options)
        except LayoutError as error:
            found.add_problem(main, str(error))


def _taken_servers(found: Found) -> tuple[Start, ...]:
    """The servers that were found; they are not found again."""
    servers = tuple(server_starts(found))
    found.mains.clear()
    return servers


def fragment_starts(
    found: Found, heads: Mapping[str, str], roots: Collection[str] = ()
) -> Iterator[Start]:
    """Where to start reading fragments, once for each folder; ``heads`` are their beginnings.

    ``roots`` are the local folders that stand for the root folders of servers.
    """
    is_single = len(heads) == 1
    for files in list(by_folder(heads)):
        given = found.given[files[0]]
        alone = is_single and not given.is_folder
        yield fragments_start(files, given, found.options, is_folder=not alone, roots=roots)


def nothing_found(paths: Sequence[str], searched: int) -> str:
    """The error that nothing was found, with the places and names that were searched."""
    return (
        f"{', '.join(paths)}: no configuration of httpd found; {searched:,} names were searched "
        "for apache2.conf, httpd.conf, other *.conf and *.vhost files, and files in folders such "
        "as sites-available, with directives of httpd"
    )


def all_excluded(paths: Sequence[str]) -> str:
    """A note if there is nothing to read because of ``--exclude``."""
    return f"{', '.join(paths)}: everything that could be read is excluded"


def options_of(settings: Settings) -> Options:
    """The options about the environment of a configuration."""
    return Options(
        settings.root,
        settings.map,
        settings.define,
        settings.httpd_version,
        exclude=settings.exclude,
    )
