"""Finds where reading starts for the PATHs of a command line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.discovery.above import mains_above
from apachestaple.discovery.fragments import by_folder
from apachestaple.discovery.given import given_path
from apachestaple.discovery.locate import fragments_start, locate, server_start
from apachestaple.discovery.main_files import LayoutError
from apachestaple.discovery.search import open_candidates, search
from apachestaple.httpd.layout import Options
from apachestaple.httpd.reader import read
from apachestaple.httpd.start import Starts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

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


def find_starts(
    paths: Sequence[str], settings: Settings, *, in_servers: bool = False
) -> FoundStarts:
    """Where to start reading for each path; without paths, for this machine's httpd.

    Fragments of a folder are read together. Files below a path are only opened if none of the
    servers reads them. With ``in_servers``, a fragment that a server above includes is read with
    that server, and is in its focus.
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
            found.problems.append(nothing_found(paths, settings.root, found.searched))

    def others(known: Collection[str]) -> Iterator[Start]:
        open_candidates(found, known)
        servers = _taken_servers(found)
        yield from servers
        roots = {start.paths.root for start in (*first, *servers)}
        heads = {
            path: head
            for path, head in found.fragments.items()
            if os.path.realpath(path) not in known
        }
        if in_servers:
            yield from starts_above(found, heads, {start.main_file for start in first})
        yield from fragment_starts(
            found, heads, roots, lambda path: os.path.realpath(path) in known
        )

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


def starts_above(found: Found, heads: dict[str, str], tried: set[str]) -> Iterator[Start]:
    """The servers above fragments that include them, which are removed from ``heads``.

    ``tried`` are the main files that were read already.
    """
    options = found.options
    for main in mains_above(heads, options, tried):
        try:
            start = server_start(main, given_path(main, options), options)
            configuration = read(start)
        except (LayoutError, OSError):
            continue
        files = {file.real_path for file in configuration.files.values()}
        included = [path for path in heads if os.path.realpath(path) in files]
        if included and configuration.whole:
            yield start._replace(focus=frozenset(map(os.path.realpath, included)))
            for path in included:
                del heads[path]


def fragment_starts(
    found: Found,
    heads: Mapping[str, str],
    roots: Collection[str],
    is_read: Callable[[str], bool],
) -> Iterator[Start]:
    """Where to start reading fragments, once for each folder; ``heads`` are their beginnings.

    ``roots`` are the local folders that stand for the root folders of servers. A fragment that
    another one seems to include comes later, if it was not read with that one (``is_read``).
    """
    while heads:
        is_single = len(heads) == 1
        started: set[str] = set()
        for files in by_folder(heads):
            given = found.given[files[0]]
            alone = is_single and not given.is_folder
            started.update(files)
            yield fragments_start(files, given, found.options, is_folder=not alone, roots=roots)
        heads = {
            path: head for path, head in heads.items() if path not in started and not is_read(path)
        }


def nothing_found(paths: Sequence[str], root: str | None, searched: int) -> str:
    """The error that nothing was found, with the places and names that were searched."""
    return (
        f"{', '.join(paths) or root}: no configuration of httpd found; {searched:,} names were "
        "searched for apache2.conf, httpd.conf, other *.conf and *.vhost files, and files in "
        "folders such as sites-available, with directives of httpd"
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
